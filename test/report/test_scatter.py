"""The picture of predicted over true scores can be drawn, whatever is missing."""

import math

import numpy as np
from PIL import Image

from sqase.report.scatter import draw
from sqase.sqa.clips import Leaderboard


def test_a_picture_is_drawn_even_of_missing_labels(tmp_path):
    ids = [f"a-u{n}" for n in range(9)]
    board = Leaderboard.of_system(
        "a", dict.fromkeys(ids, ""), {}, {}, ("pesq_wb", "si_snr", "dnsmos_ovrl")
    )
    board.labels = {name: [1 + n / 4, 3.0 * n, math.nan] for n, name in enumerate(ids)}
    scores = np.random.default_rng(0).normal(3, 1, (9, 3))
    path = tmp_path / "scatter.png"
    draw(board, {"blind": scores, "reference": scores + 1}, path)
    with Image.open(path) as picture:
        wide, high = picture.size
        colours = {colour for _, colour in picture.convert("RGB").getcolors(2**24)}
    assert 1.3 < wide / high < 1.7 and (31, 95, 168) in colours
