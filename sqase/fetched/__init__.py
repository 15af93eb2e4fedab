"""What comes over the network, and only when it is asked for.

download.py  large files: sizes first, resumed, verified, unpacked
hub.py       folders of models, on this disk or from the Hugging Face hub
"""
