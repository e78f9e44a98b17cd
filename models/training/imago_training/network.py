"""The networks: a dense one over features, and one that also attends over what the user did last."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from . import autodiff as ad
from .autodiff import Node

FUNNEL = ("click", "addToCart", "purchase")
EMBEDDED = ("category", "brand", "creator")
MASKED = np.float32(-30)
Params = dict[str, Node]
Inputs = dict[str, np.ndarray]


@dataclass
class Shape:
    """What a network looks like; the first `free` features may act either way, the others only upwards after their sign."""

    features: list[str]
    heads: list[str]
    hidden: tuple[int, int] = (32, 16)
    free: int = -1
    signs: list[int] = field(default_factory=list)
    sequence: int = 0
    vocabularies: dict[str, int] = field(default_factory=dict)
    types: int = 0
    width: int = 8

    def __post_init__(self) -> None:
        if self.free < 0:
            self.free = len(self.features)

    @property
    def embedded(self) -> list[str]:
        """Vocabularies with names in them."""
        return [name for name in EMBEDDED if self.vocabularies.get(name, 0) > 0]


def _matrix(rng: np.random.Generator, rows: int, columns: int) -> Node:
    return Node(rng.normal(0, np.sqrt(2 / rows), (rows, columns)).astype(np.float32))


def initial(shape: Shape, rng: np.random.Generator) -> Params:
    """Parameters to start from, by chance."""
    first, second = shape.hidden
    inputs = shape.free + (2 * shape.width + 1 if shape.sequence else 0)
    params = {
        "w1": _matrix(rng, inputs, first),
        "b1": ad.constant(np.zeros(first)),
        "w2": _matrix(rng, first, second),
        "b2": ad.constant(np.zeros(second)),
        "w3": _matrix(rng, second, len(shape.heads)),
        "b3": ad.constant(np.zeros(len(shape.heads))),
        "skip": Node(np.zeros((inputs, len(shape.heads)), np.float32)),
    }
    monotone = len(shape.features) - shape.free
    if monotone:
        params["m1"] = _matrix(rng, monotone, second)
        params["mb"] = ad.constant(rng.normal(0, 1, second))
        params["m2"] = _matrix(rng, second, 1)
    if shape.sequence:
        for name in shape.embedded:
            params[f"e_{name}"] = Node(rng.normal(0, 0.3, (shape.vocabularies[name] + 1, shape.width)).astype(np.float32))
        params["e_type"] = Node(rng.normal(0, 0.1, (shape.types + 1, shape.width)).astype(np.float32))
        params["fade"] = ad.constant(np.full((1, 1), 0.1))
    return params


def forward(shape: Shape, params: Params, inputs: Inputs, drop: float = 0.0, rng: np.random.Generator | None = None) -> Node:
    """Raw scores [..., heads]; `dense` is standardised, [..., features], and a sequence comes with a leading axis of queries."""
    dense = inputs["dense"].astype(np.float32, copy=False)
    x = Node(dense[..., : shape.free])
    if shape.sequence:
        x = ad.concat([x, *_attend(shape, params, inputs)])
    rng = rng or np.random.default_rng(0)
    h = ad.dropout(ad.relu(ad.add(ad.matmul(x, params["w1"]), params["b1"])), drop, rng)
    h = ad.dropout(ad.relu(ad.add(ad.matmul(h, params["w2"]), params["b2"])), drop, rng)
    out = ad.add(ad.add(ad.matmul(h, params["w3"]), params["b3"]), ad.matmul(x, params["skip"]))
    if shape.free < len(shape.features):
        out = ad.add(out, _upwards(shape, params, dense[..., shape.free :]))
    return out


def _upwards(shape: Shape, params: Params, dense: np.ndarray) -> Node:
    """What features that may only raise the first head add to it: no weight is negative, so no path falls."""
    x = Node(dense * np.asarray(shape.signs, np.float32))
    h = ad.relu(ad.add(ad.matmul(x, ad.absolute(params["m1"])), params["mb"]))
    only_first = np.zeros((1, len(shape.heads)), np.float32)
    only_first[0, 0] = 1
    return ad.matmul(ad.matmul(h, ad.absolute(params["m2"])), Node(only_first))


def _embedding(shape: Shape, params: Params, ids: dict[str, np.ndarray]) -> Node:
    parts = [ad.lookup(params[f"e_{name}"], known(ids[name], shape.vocabularies[name])) for name in shape.embedded]
    total = parts[0]
    for part in parts[1:]:
        total = ad.add(total, part)
    return total


def known(ids: np.ndarray, highest: int) -> np.ndarray:
    """Ids beyond the highest that was seen in training count as unknown."""
    return np.where(ids > highest, 0, ids)


def _attend(shape: Shape, params: Params, inputs: Inputs) -> list[Node]:
    """The acts that resemble the candidate, each weighed by likeness and recency; their product with it, and how alike they are."""
    candidate = _embedding(shape, params, {name: inputs[f"cand_{name}"] for name in shape.embedded})
    acts = _embedding(shape, params, {name: inputs[f"seq_{name}"] for name in shape.embedded})
    acts = ad.add(acts, ad.lookup(params["e_type"], known(inputs["seq_type"], shape.types)))
    likeness = ad.mul(ad.matmul(candidate, ad.transpose(acts)), ad.constant(1 / np.sqrt(shape.width)))
    gap = ad.mul(ad.absolute(params["fade"]), ad.constant(-inputs["seq_gap"][:, None, :]))
    mask = ad.constant(np.where(inputs["seq_type"] == 0, MASKED, np.float32(0))[:, None, :])
    weights = ad.softmax(ad.add(ad.add(likeness, gap), mask))
    context = ad.matmul(weights, acts)
    mean = ad.matmul(ad.mul(weights, likeness), ad.constant(np.ones((shape.sequence, 1))))
    return [context, ad.mul(context, candidate), mean]


def numbers(params: Params) -> dict[str, np.ndarray]:
    """The values of parameters, as copies."""
    return {name: node.value.copy() for name, node in params.items()}


def nodes(values: dict[str, np.ndarray]) -> Params:
    """Parameters that hold some values."""
    return {name: Node(value) for name, value in values.items()}
