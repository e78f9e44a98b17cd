"""Which queries and candidates are learnt from: those that serving draws, and none that it could not have drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .material import Material


@dataclass
class Slices:
    """Queries by what they are for, in the order of time: nothing that is learnt from comes after what is measured."""

    train: np.ndarray
    validate: np.ndarray  # early stopping and calibration
    measure: np.ndarray  # the figures of the card, and nothing else


def slice_by_time(material: Material, share: float = 0.15) -> Slices:
    """The last share of the exported time is divided between validation and measuring; training is before."""
    start, end = float(material.share.min()), float(material.share.max())
    middle, last = end - share * (end - start), end - share * (end - start) / 2
    queries = np.arange(len(material.user))
    return Slices(
        train=queries[material.share < middle],
        validate=queries[(material.share >= middle) & (material.share < last)],
        measure=queries[material.share >= last],
    )


def draw_groups(material: Material, queries: np.ndarray, size: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Rows [queries, size] with each query's target at a place by chance, -1 where its pool is smaller, and those places.

    Raises ValueError for a query whose target serving had not retrieved: a model that learns from it learns that weak evidence is good.
    """
    if not material.retrieved[queries].all():
        raise ValueError("a query whose target was not retrieved cannot be learnt from")
    rows = np.full((len(queries), size), -1, dtype=np.int64)
    targets = np.empty(len(queries), dtype=np.int64)
    for i, q in enumerate(queries):
        own = np.arange(material.first[q], material.first[q + 1])
        labels = material.labels[own, 0]
        others = rng.permutation(own[~labels])[: size - 1]
        drawn = rng.permutation(np.append(others, own[labels][0]))
        rows[i, : len(drawn)] = drawn
        targets[i] = np.flatnonzero(material.labels[drawn, 0])[0]
    return rows, targets


def row_weights(material: Material, queries: np.ndarray) -> np.ndarray:
    """For how many candidates of the pool each row of some queries stands: 1 for a target, else the others of the pool over those drawn."""
    parts = []
    for q in queries:
        labels = material.labels[material.first[q] : material.first[q + 1], 0]
        drawn = (~labels).sum()
        others = material.pool[q] - int(material.retrieved[q])
        parts.append(np.where(labels, 1.0, others / max(1, drawn)))
    return np.concatenate(parts or [np.empty(0)])


def stands_for(material: Material, queries: np.ndarray, rows: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Logarithm of how many candidates of the pool each row of a group stands for: none for a gap, itself for the target.

    With it the shares of a group are estimates of those in the whole pool, so that what competes with the target counts as it will in serving.
    """
    drawn = (rows >= 0).sum(axis=1) - 1
    each = np.log(np.maximum(1, material.pool[queries] - 1) / np.maximum(1, drawn)).astype(np.float32)
    result = np.where(rows >= 0, each[:, None], np.float32(-1e4))
    result[np.arange(len(target)), target] = 0
    return result
