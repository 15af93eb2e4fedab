"""Speech enhancement trained by a learned judge of speech quality.

Map of the package; a module imports only from lines below its own:

    bin           one thin command a stage, and the user's own commands
    report        result tables with intervals
    tasks         training in ESPnet (the only importer of espnet2)
    losses        enhancement losses, usable in any torch loop
    sqa           the quality model: network, objective, agreement, checkpoint
    backbones     waveform -> frame features
    formulas      metrics that are formulas, with a gradient
    labels        true metric scores of many clips: parallel, cached, resumable
    systems       what fills a leaderboard: enhancers, distortions, codecs
    ready_sets    corpora that come with sets: their files -> data directories
    simulation    noisy and reverberant mixtures from clean speech
    degradations  what sound suffers on its way: clipping, codecs, packet loss
    published     enhancers that others trained, run from packages of theirs
    metrics       true metrics, one family a file, no torch; their roles
    data          data directories, and who may be heard in which
    sound         reading, resampling and writing sound
    fetched       downloads, and models of the Hugging Face hub
    pretrained    small trained models that come with the package
    runtime       settings, tables of names, seeds, whole files, provenance

Importing ``sqase`` itself imports none of them; ``from sqase import Assessor`` imports
what that needs, which is torch and not ESPnet.
"""

__version__ = "0.1.0"
__all__ = ["Assessor"]


def __getattr__(name: str):
    """Import the public class when it is first asked for."""
    if name != "Assessor":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from sqase.sqa.assessor import Assessor

    return Assessor
