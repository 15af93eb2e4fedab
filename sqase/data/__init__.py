"""Data directories: what all stages read and write, and who may be in which.

data_dir.py   what a data directory is; checks one
listings.py   its text files: scp files and labels
inputs.py     what a user points at instead: sound files, folders, scp files
partition.py  who may be heard where: disjoint parts, and their check
heard.py      which recordings a model has heard, and must not be tested on
digest.py     what a data directory holds, as one digest
"""
