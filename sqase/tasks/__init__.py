"""ESPnet plug-in: the only package here that imports `espnet2`.

quiet.py         makes importing ESPnet offline, silent and quick; imported first
trainer.py       ESPnet's trainer, with checkpoints that survive a kill
training.py      runs a task on data directories
sqa.py           SQATask: trains the quality model with ESPnet's machinery
sqa_training.py  from a labelled leaderboard to a trained assessor
enhancement.py   GuidedEnhancementTask: ESPnet's enhancement task plus guidance
model.py         the guided model, and what it keeps beside its weights
criterion.py     losses of this package as ESPnet criterions
wrapper.py       loss wrappers for batches with and without references
refresh.py       the closed loop: labels, replay buffer, retraining
band_split.py    ESPnet's band-split RNN in half of the time
fresh.py         training batches of mixtures that are made when they are heard
fresh_on_device.py  the same, mixed on the device of the network
device_mixing.py    what is done there to many signals at once
batches.py       training batches with rows of both kinds
arms.py          the arms of an experiment as ESPnet settings
enhance.py       enhances signals with a trained model
enhance_folder.py  the same for files of any rate, length and format
selection.py     chooses a checkpoint by true metrics
arm_direction.py  asks judges which change of an arm's outputs is better
unit.py          what a finished training writes down about itself
export.py        a trained enhancer for stock ESPnet
"""

import espnet2  # noqa: F401, first, so that it is what is said to be missing

import sqase.tasks.quiet  # noqa: F401
