"""What is done to raw features before a network sees them: drawn into the range of the training data, then standardised. The graph does the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .metrics import drift

TAIL = 0.001


@dataclass
class Scaling:
    """[features] each."""

    low: np.ndarray
    high: np.ndarray
    mean: np.ndarray
    deviation: np.ndarray

    def __call__(self, raw: np.ndarray) -> np.ndarray:
        return ((np.clip(raw, self.low, self.high) - self.mean) / self.deviation).astype(np.float32)


def fit_scaling(raw: np.ndarray, wide: np.ndarray | None = None) -> Scaling:
    """Learns ranges and scales from rows of training data; columns that are `wide` may go as far again beyond what was seen, and keep their order there."""
    low, high = (np.quantile(raw, q, axis=0).astype(np.float32) for q in (TAIL, 1 - TAIL))
    clipped = np.clip(raw, low, high).astype(np.float64)
    deviation = clipped.std(axis=0)
    # What hardly varies in its range is a rare flag: its own range is kept.
    rare = deviation < 1e-6
    low, high = np.where(rare, raw.min(axis=0), low), np.where(rare, raw.max(axis=0), high)
    clipped = np.clip(raw, low, high).astype(np.float64)
    deviation = np.maximum(clipped.std(axis=0), 1e-3)
    if wide is not None:
        lowest, highest = raw.min(axis=0), raw.max(axis=0)
        low, high = np.where(wide, 2 * lowest - highest, low), np.where(wide, 2 * highest - lowest, high)
    return Scaling(low.astype(np.float32), high.astype(np.float32), clipped.mean(axis=0).astype(np.float32), deviation.astype(np.float32))


def usable(names: list[str], before: np.ndarray, after: np.ndarray, most_drift: float, only: list[str] | None) -> tuple[list[int], dict[str, float]]:
    """Columns that vary and whose spread stays what it was, and the drift of those that are left out for it."""
    columns, left_out = [], {}
    for i, name in enumerate(names):
        if only and name not in only:
            continue
        if before[:, i].min() == before[:, i].max():
            continue
        index = drift(before[:, i], after[:, i])
        if index > most_drift:
            left_out[name] = round(index, 3)
            continue
        columns.append(i)
    return columns, left_out
