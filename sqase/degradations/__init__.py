"""What devices and networks do to a recording.

Systems of the leaderboard and simulated mixtures share them. A degradation is a
dataclass of what was drawn for one signal ::

    drawn = Clipping.draw(rng, clipped=(0.01, 0.1))  # Clipping(clipped=0.034)
    wave = drawn.apply(wave, sample_rate, rng)

`draw` takes limits for each strength in `possible`, which says within what they may
be, and has defaults for all of them. `apply` takes float `(time,)` and gives the same length, in time with what it was given; it may
leave [-1, 1]. Its generator is for what is random beyond the strengths, if anything.

A new degradation is one file here and one line in the table.
"""

from sqase.runtime.lookup import Table

# In the order in which a recording meets them.
DEGRADATIONS = Table(
    "degradation",
    {
        "wind": f"{__name__}.wind:Wind",
        "clipping": f"{__name__}.clipping:Clipping",
        "band_limit": f"{__name__}.band_limit:BandLimit",
        "codec": f"{__name__}.codec:Codec",
        "packet_loss": f"{__name__}.packet_loss:PacketLoss",
    },
)
