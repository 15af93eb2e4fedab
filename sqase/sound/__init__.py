"""Sound: the only place that opens, resamples or writes it.

audio.py      whole signals of one channel
streaming.py  signals of any length and any number of channels, in constant memory
"""
