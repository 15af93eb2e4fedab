"""ESPnet plug-in: the only package here that imports `espnet2`.

quiet.py       makes importing ESPnet offline, silent and quick; imported here, first
trainer.py     ESPnet's trainer, with checkpoints that survive a kill
sqa.py         SQATask: trains the quality model with ESPnet's machinery
enhancement.py GuidedEnhancementTask: ESPnet's enhancement task plus guidance
"""

import sqase.tasks.quiet  # noqa: F401
