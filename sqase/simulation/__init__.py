"""Noisy and reverberant mixtures from folders of clean speech, noise and rooms.

sources      what a folder holds: speakers, noise kinds, rooms
mixing       signals in, signals out: fill a clip, reverberate, add noise, degrade
rooms        simulated rooms
mixtures     which mixtures a set has, and how one is made
pool         what a set is drawn from, kept to draw fresh mixtures in training
pairs        a pool from pairs: their speech and their noise
sets         all mixtures of a set, and its data directory
recordings   real recordings, which have no reference, cut into clips
build        all of it: from folders and a configuration to data directories
"""

SAMPLE_RATE = 16000  # Hz, of everything written
