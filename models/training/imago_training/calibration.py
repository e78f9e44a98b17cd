"""Turns raw scores into probabilities, on rows that come after those that were learnt from."""

from __future__ import annotations

import numpy as np

from .metrics import fit_line
from .model import Model, close_funnel, parent_of

FEW = 50


def calibrate(model: Model, raw: np.ndarray, labels: np.ndarray, weights: np.ndarray, mature: np.ndarray | None = None) -> None:
    """Sets slope and intercept of every head: each step of a funnel from the rows that got as far.

    With fewer than 50 of either outcome the slope stays 1; with none of one outcome the head says what share it saw, whatever the features.
    """
    heads = model.shape.heads
    labels = close_funnel(labels.astype(bool), heads)
    for j, head in enumerate(heads):
        parent = parent_of(head, heads)
        counts = labels[:, heads.index(parent)] if parent else np.ones(len(labels), bool)
        if mature is not None:
            counts = counts & mature[:, j]
        yes, x, w = labels[counts, j].astype(float), raw[counts, j].astype(np.float64), weights[counts]
        positives = yes.sum()
        if min(positives, len(yes) - positives) == 0:
            model.slope[j], share = 0.0, (positives + 0.5) / (len(yes) + 1)
            model.intercept[j] = np.log(share / (1 - share))
        elif min(positives, len(yes) - positives) < FEW:
            model.slope[j], model.intercept[j] = 1.0, _shift(x, yes, w)
        else:
            (slope, intercept), _ = fit_line(x, yes, w)
            # What ranks the wrong way round is all but switched off, and still has to be right on average.
            least = max(slope, 0.01)
            model.slope[j], model.intercept[j] = least, intercept if least == slope else _shift(0.01 * x, yes, w)


def _shift(x: np.ndarray, yes: np.ndarray, weights: np.ndarray) -> float:
    """The intercept at which the mean of what is said equals what happened."""
    low, high = -30.0, 30.0
    wanted = np.average(yes, weights=weights)
    for _ in range(60):
        middle = (low + high) / 2
        said = np.average(1 / (1 + np.exp(-np.clip(x + middle, -40, 40))), weights=weights)
        low, high = (middle, high) if said < wanted else (low, middle)
    return (low + high) / 2
