"""Corpora that come with ready sets: their files become data directories.

files.py    which files of a corpus are in which set
prepare.py  their data directories; converts what is not 16 kHz and one channel
"""
