"""The quality model (assessor): one waveform in, many predicted metrics out.

model.py       SQAModel: backbone, encoder, pooling and one head per metric
objective.py   the training objective over partly missing labels
augment.py     changes of a clip that leave its labels true
clips.py       labelled clips on disk -> training batches
assessor.py    Assessor: a trained model with its facts; scores and losses
folder.py      ... on disk
agreement.py   predicted against true: MSE, LCC, SRCC, KTAU
"""
