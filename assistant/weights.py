"""Weights of the linear models that pick and refuse sentences; printed by `python -m evals.fit`."""

from __future__ import annotations

import numpy as np

SENTENCE_WEIGHTS = np.array(
    [
        7.762,  # meaning
        20.969,  # centred
        3.317,  # words
        3.547,  # words_headed
        30.791,  # passage
        -0.830,  # place
        2.316,  # asked
        -1.240,  # asked_missing
        0.632,  # asked_count
        0.476,  # numbers
        0.192,  # names_near
        -0.071,  # names_missing
        -0.072,  # names_other
        -0.962,  # years_other
        -2.075,  # years_missing
        0.325,  # organisation
        -0.527,  # organisation_other
        -1.702,  # length
        0.483,  # short
    ]
)
REFUSAL_WEIGHTS = np.array(
    [
        -0.410,  # meaning
        8.657,  # centred
        1.275,  # words
        1.035,  # words_headed
        -2.026,  # asked_missing
        0.060,  # names_near
        -0.222,  # names_missing
        -0.454,  # names_other
        -0.700,  # years_other
        -2.330,  # years_missing
        -0.396,  # organisation_other
        0.213,  # lead
        0.552,  # several
    ]
)
REFUSAL_BIAS = -0.736
