"""True scores of many clips: in parallel, cached by content, resumable.

``label`` scores files and keeps what it finds in a cache; ``LabelPool`` scores arrays
in the background while training goes on.
"""

from sqase.labels.labelling import Clip, label
from sqase.labels.pool import LabelPool, Ticket

__all__ = ["Clip", "LabelPool", "Ticket", "label"]
