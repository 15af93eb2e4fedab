"""From files of scores to the result table.

load.py        score files of a test set -> arrays
units.py       what training wrote about arms and seeds; refuses to mix
bootstrap.py   intervals, clustered by speaker and seed
results.py     arrays -> results.json, with agreement.py
markdown.py    results.json -> RESULTS.md
curves.py      unit.json -> pictures of the training, for RESULTS.md
probes.py      its section on probes of the assessor
clips.py       clips to listen to: chosen by rule, level-matched, with spectrograms
page.py        all of that in one HTML file, made from the files in html/
tables.py      numbers -> cells and rows, for RESULTS.md and the terminal
write.py       all of it: reads, writes the files
"""
