"""A trained model: members whose raw scores are averaged, then calibrated into probabilities."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .network import EMBEDDED, FUNNEL, Inputs, Shape, forward, nodes
from .scaling import Scaling

BLOCK = 65_536


@dataclass
class Model:
    """Raw features in the order of `shape.features` go in, probabilities in the order of `shape.heads` come out."""

    shape: Shape
    scaling: Scaling
    members: list[dict[str, np.ndarray]]
    slope: np.ndarray  # [heads]
    intercept: np.ndarray  # [heads]
    notes: dict = field(default_factory=dict)

    def raw(self, dense: np.ndarray, names: Inputs | None = None) -> np.ndarray:
        """[rows, heads] before calibration; `names` are the sequence of one user, [1, K], and the candidates, [rows]."""
        parts = [dense] if self.shape.sequence else [dense[i : i + BLOCK] for i in range(0, len(dense), BLOCK)]
        return np.concatenate([self._raw(part, names) for part in parts] or [np.empty((0, len(self.shape.heads)), np.float32)])

    def _raw(self, dense: np.ndarray, names: Inputs | None) -> np.ndarray:
        inputs = {"dense": self.scaling(dense)}
        if self.shape.sequence:
            inputs = {"dense": inputs["dense"][None], **{k: (v[None] if k.startswith("cand_") else v) for k, v in (names or {}).items()}}
        total = sum(forward(self.shape, nodes(member), inputs).value for member in self.members) / np.float32(len(self.members))
        return total.reshape(-1, len(self.shape.heads))

    def probabilities(self, raw: np.ndarray) -> np.ndarray:
        """[rows, heads]: in a funnel each head is the chance of the one before it times that of going on."""
        steps = 1 / (1 + np.exp(-np.clip(raw.astype(np.float64) * self.slope + self.intercept, -30, 30)))
        return through_funnel(steps, self.shape.heads)

    def predict(self, dense: np.ndarray, names: Inputs | None = None) -> np.ndarray:
        """[rows, heads] in 0..1."""
        return self.probabilities(self.raw(dense, names))


def through_funnel(steps: np.ndarray, heads: list[str]) -> np.ndarray:
    """Chances of going on, multiplied along the funnel; other heads stand for themselves."""
    result = steps.copy()
    before: int | None = None
    for name in FUNNEL:
        if name not in heads:
            continue
        own = heads.index(name)
        if before is not None:
            result[:, own] = result[:, before] * steps[:, own]
        before = own
    return result


def close_funnel(labels: np.ndarray, heads: list[str]) -> np.ndarray:
    """Whoever got to a later step of the funnel got to those before it."""
    result = labels.copy()
    chain = [heads.index(name) for name in FUNNEL if name in heads]
    for earlier, later in zip(reversed(chain[:-1]), reversed(chain[1:])):
        result[:, earlier] |= result[:, later]
    return result


def parent_of(head: str, heads: list[str]) -> str | None:
    """The step of the funnel before a head, where the model has one."""
    if head not in FUNNEL:
        return None
    before = [name for name in FUNNEL[: FUNNEL.index(head)] if name in heads]
    return before[-1] if before else None


def tensors_of_sequence(shape: Shape) -> list[str]:
    """Names of the tensors that the model reads beside `dense`."""
    if not shape.sequence:
        return []
    embedded = [name for name in EMBEDDED if name in shape.embedded]
    return [f"seq_{name}" for name in embedded] + ["seq_type", "seq_gap"] + [f"cand_{name}" for name in embedded]
