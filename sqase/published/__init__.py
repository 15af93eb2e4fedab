"""Speech enhancers that others trained and published, to compare and to learn with.

One enhancer is one file here, a `System` (see `base`), and one line in the table, above
`committee`, which takes it in. The weights lie in packages of others, pinned in
tools/published.txt, of which no Python is run. A package that is not installed takes
its enhancer away, and nothing else.
"""

import logging
from collections.abc import Iterable

from sqase.runtime.lookup import Table

PUBLISHED = Table(
    "published enhancer",
    {
        "rnnoise": f"{__name__}.rnnoise:RNNoise",
        "dtln": f"{__name__}.dtln:DTLN",
        "gtcrn": f"{__name__}.gtcrn:GTCRN",
        "nsnet2": f"{__name__}.nsnet2:NSNet2",
        "deepfilternet3": f"{__name__}.deepfilternet3:DeepFilterNet3",
        "committee": f"{__name__}.committee:Committee",
    },
)


def installed(names: Iterable[str]) -> list[str]:
    """Those whose packages are there; of each other, a line is logged.

    Raises:
        ValueError: a name that is not in the table.
    """
    found = []
    for name in names:
        if PUBLISHED.load(name).installed():
            found.append(name)
        else:
            logging.warning("without %s: its package is not installed", name)
    return found
