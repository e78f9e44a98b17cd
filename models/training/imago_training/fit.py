"""Learning: by which candidate of a query was taken, or by what came of single exposures."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Callable, Iterator

import numpy as np

from . import autodiff as ad
from .autodiff import Adam, Node
from .model import parent_of
from .network import Inputs, Params, Shape, forward, initial, nodes, numbers

PATIENCE = 3
# How much faster the shares of looks are learnt than the network beside them.
HASTE = 5.0


@dataclass
class Recipe:
    """How it is learnt."""

    epochs: int = 12
    batch: int = 128
    rate: float = 2e-3
    decay: float = 0.02
    drop: float = 0.1
    group: int = 35
    seed: int = 20


Batch = tuple[Inputs, np.ndarray, np.ndarray, np.ndarray]
"""Inputs [B, G, ...], logarithm of how many candidates each row stands for [B, G], place of the target [B], labels of the target [B, heads]."""


def listwise_loss(shape: Shape, params: Params, batch: Batch, drop: float, rng: np.random.Generator) -> Node:
    """How surprising it was that the target was taken out of its group, and, once taken, what came of it."""
    inputs, stands_for, target, labels = batch
    raw = forward(shape, params, inputs, drop, rng)
    first = ad.column(raw, 0)
    shares = ad.log_softmax(ad.add(first, ad.constant(stands_for)))
    chosen = np.zeros(first.value.shape, np.float32)
    chosen[np.arange(len(target)), target] = -1 / len(target)
    loss = ad.total(ad.mul(shares, Node(chosen)))
    for j, head in enumerate(shape.heads[1:], start=1):
        parent = parent_of(head, shape.heads)
        counts = labels[:, shape.heads.index(parent)] if parent else np.ones(len(labels), bool)
        weight = np.zeros(first.value.shape, np.float32)
        weight[np.arange(len(target)), target] = counts / max(1, counts.sum())
        loss = ad.add(loss, binary_loss(ad.sigmoid(ad.column(raw, j)), np.repeat(labels[:, j : j + 1], first.value.shape[1], axis=1), weight))
    return loss


def binary_loss(probability: Node, labels: np.ndarray, weights: np.ndarray) -> Node:
    """Weighted sum of the surprise at yes and no."""
    yes = ad.mul(ad.log(probability), Node((-weights * labels).astype(np.float32)))
    no = ad.mul(ad.log(ad.add(ad.constant(1), ad.mul(ad.constant(-1), probability))), Node((-weights * (1 - labels)).astype(np.float32)))
    return ad.total(ad.add(yes, no))


@dataclass
class Exposures:
    """Rows of which each was shown once."""

    labels: np.ndarray  # [rows, heads] bool, closed along the funnel
    mature: np.ndarray  # [rows, heads] bool: what has not had its time yet says nothing
    position: np.ndarray  # [rows] from 1; 0 where it does not matter
    weights: np.ndarray  # [rows]


def pointwise_loss(shape: Shape, params: Params, inputs: Inputs, rows: Exposures, drop: float, rng: np.random.Generator) -> Node:
    """How surprising each outcome was. Somebody clicks what he looked at and likes: how often a place is looked at is learnt beside, and served as 1."""
    raw = forward(shape, params, inputs, drop, rng)
    loss: Node = ad.constant(0)
    for j, head in enumerate(shape.heads):
        parent = parent_of(head, shape.heads)
        counts = rows.mature[:, j] & (rows.labels[:, shape.heads.index(parent)] if parent else True)
        probability = ad.sigmoid(ad.column(raw, j))
        if parent is None and "looked" in params:
            probability = ad.mul(probability, looked_at(params, rows.position))
        loss = ad.add(loss, binary_loss(probability, rows.labels[:, j], rows.weights * counts / len(counts)))
    return loss


def looked_at(params: Params, position: np.ndarray) -> Node:
    """Chance that a place is looked at, by comparison with the first, which counts as 1."""
    table = ad.sigmoid(ad.mul(params["looked"], ad.constant(HASTE)))
    chances = ad.lookup(table, np.clip(position, 0, len(table.value) - 1))
    isfirst = (position <= 1).astype(np.float32)[:, None]
    return ad.column(ad.add(ad.mul(chances, Node(1 - isfirst)), Node(isfirst)), 0)


def learn(
    shape: Shape,
    recipe: Recipe,
    batches: Callable[[np.random.Generator], Iterator],
    loss_of: Callable[[Params, object, np.random.Generator], Node],
    judge: Callable[[dict[str, np.ndarray]], float],
    more: Params | None = None,
    moves: dict[str, np.ndarray] | None = None,
) -> tuple[dict[str, np.ndarray], list[float]]:
    """Goes through the batches until the judge (higher is better) has seen nothing better for some epochs; gives the best parameters and all verdicts."""
    rng = np.random.default_rng(recipe.seed)
    params = {**initial(shape, rng), **(more or {})}
    adam = Adam(params, recipe.rate, recipe.decay, moves)
    best, verdicts = numbers(params), []
    for epoch in range(recipe.epochs):
        factor = 0.5 * (1 + np.cos(np.pi * epoch / recipe.epochs))
        for batch in batches(rng):
            loss_of(params, batch, rng).backward()
            adam.step(factor)
        verdicts.append(judge(numbers(params)))
        print(f"  epoch {epoch}: {verdicts[-1]:.5f}", file=sys.stderr)
        if verdicts[-1] == max(verdicts):
            best = numbers(params)
        if epoch - int(np.argmax(verdicts)) >= PATIENCE:
            break
    return best, verdicts


__all__ = ["Exposures", "Recipe", "Shape", "learn", "listwise_loss", "nodes", "pointwise_loss"]
