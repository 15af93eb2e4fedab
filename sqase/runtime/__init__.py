"""What every program needs whatever it works on; imports nothing of this package.

config.py      settings: a yaml file, its bases, a size, overrides
lookup.py      tables of names, imported on first use
atomic.py      files and folders that are either complete or not there
progress.py    how far a long piece of work is: done, total, time left
shards.py      work that is cut into parts
seeding.py     random numbers that belong to an utterance
provenance.py  where a result comes from: code, versions, command
"""
