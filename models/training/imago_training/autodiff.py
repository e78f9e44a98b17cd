"""Derivatives of small networks: every operation remembers how to hand a gradient back to what it was made from."""

from __future__ import annotations

from typing import Callable

import numpy as np


class Node:
    """A value, and the gradient of the loss by it once `backward` ran."""

    def __init__(self, value: np.ndarray, parents: tuple[Node, ...] = (), give: Callable[[np.ndarray], tuple] | None = None):
        self.value = value
        self.parents = parents
        self.give = give
        self.grad: np.ndarray | None = None

    def backward(self) -> None:
        """Fills `grad` of everything that this scalar was made from."""
        order: list[Node] = []
        seen: set[int] = set()

        def visit(node: Node) -> None:
            if id(node) in seen:
                return
            seen.add(id(node))
            for parent in node.parents:
                visit(parent)
            order.append(node)

        visit(self)
        self.grad = np.ones_like(self.value)
        for node in reversed(order):
            if node.give is None or node.grad is None:
                continue
            for parent, grad in zip(node.parents, node.give(node.grad)):
                if grad is not None:
                    parent.grad = grad if parent.grad is None else parent.grad + grad


def constant(value: np.ndarray | float) -> Node:
    """Something that nothing is learnt about."""
    return Node(np.asarray(value, dtype=np.float32))


def _fit(grad: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Sums a gradient over the axes along which its operand was repeated."""
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1 and grad.shape[axis] != 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


def add(a: Node, b: Node) -> Node:
    """a + b, repeated where shapes differ."""
    return Node(a.value + b.value, (a, b), lambda g: (_fit(g, a.value.shape), _fit(g, b.value.shape)))


def mul(a: Node, b: Node) -> Node:
    """a * b, repeated where shapes differ."""
    return Node(a.value * b.value, (a, b), lambda g: (_fit(g * b.value, a.value.shape), _fit(g * a.value, b.value.shape)))


def matmul(a: Node, b: Node) -> Node:
    """Matrix product; `a` may hold several matrices where `b` holds one, or both hold as many."""

    def give(g: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        to_a = g @ np.swapaxes(b.value, -1, -2)
        if b.value.ndim == 2 and a.value.ndim > 2:
            to_b = a.value.reshape(-1, a.value.shape[-1]).T @ g.reshape(-1, g.shape[-1])
        else:
            to_b = np.swapaxes(a.value, -1, -2) @ g
        return to_a, to_b

    return Node(a.value @ b.value, (a, b), give)


def transpose(a: Node) -> Node:
    """The last two axes exchanged."""
    return Node(np.swapaxes(a.value, -1, -2), (a,), lambda g: (np.swapaxes(g, -1, -2),))


def relu(a: Node) -> Node:
    """The positive part."""
    return Node(np.maximum(a.value, 0), (a,), lambda g: (g * (a.value > 0),))


def absolute(a: Node) -> Node:
    """The size without its sign."""
    return Node(np.abs(a.value), (a,), lambda g: (g * np.sign(a.value),))


def sigmoid(a: Node) -> Node:
    """1 / (1 + exp(-a))."""
    value = 1 / (1 + np.exp(-np.clip(a.value, -60, 60)))
    return Node(value, (a,), lambda g: (g * value * (1 - value),))


def log(a: Node) -> Node:
    """Natural logarithm of what is above 0."""
    safe = np.maximum(a.value, 1e-7)
    return Node(np.log(safe), (a,), lambda g: (g / safe,))


def log_softmax(a: Node) -> Node:
    """Logarithm of the shares along the last axis."""
    top = a.value.max(axis=-1, keepdims=True)
    value = a.value - top - np.log(np.exp(a.value - top).sum(axis=-1, keepdims=True))
    return Node(value, (a,), lambda g: (g - np.exp(value) * g.sum(axis=-1, keepdims=True),))


def softmax(a: Node) -> Node:
    """Shares along the last axis."""
    exp = np.exp(a.value - a.value.max(axis=-1, keepdims=True))
    value = exp / exp.sum(axis=-1, keepdims=True)
    return Node(value, (a,), lambda g: (value * (g - (g * value).sum(axis=-1, keepdims=True)),))


def lookup(table: Node, ids: np.ndarray) -> Node:
    """Rows of a table."""

    def give(g: np.ndarray) -> tuple[np.ndarray]:
        grad = np.zeros_like(table.value)
        np.add.at(grad, ids.reshape(-1), g.reshape(-1, g.shape[-1]))
        return (grad,)

    return Node(table.value[ids], (table,), give)


def column(a: Node, index: int) -> Node:
    """One place of the last axis."""

    def give(g: np.ndarray) -> tuple[np.ndarray]:
        grad = np.zeros_like(a.value)
        grad[..., index] = g
        return (grad,)

    return Node(a.value[..., index], (a,), give)


def concat(parts: list[Node]) -> Node:
    """Parts beside each other along the last axis."""
    ends = np.cumsum([part.value.shape[-1] for part in parts])[:-1]
    return Node(np.concatenate([part.value for part in parts], axis=-1), tuple(parts), lambda g: tuple(np.split(g, ends, axis=-1)))


def dropout(a: Node, rate: float, rng: np.random.Generator) -> Node:
    """Sets a share of the values to 0 and scales up the others."""
    if rate <= 0:
        return a
    kept = (rng.random(a.value.shape, dtype=np.float32) >= rate).astype(np.float32) / np.float32(1 - rate)
    return Node(a.value * kept, (a,), lambda g: (g * kept,))


def total(a: Node) -> Node:
    """The sum of all values."""
    return Node(np.asarray(a.value.sum(), dtype=np.float32), (a,), lambda g: (np.broadcast_to(g, a.value.shape).astype(np.float32),))


class Adam:
    """Adam with decoupled weight decay on whatever is a matrix; `moves` are factors 0 or 1 by parameter: where 0 stands, nothing moves."""

    def __init__(self, params: dict[str, Node], rate: float, decay: float, moves: dict[str, np.ndarray] | None = None):
        self.params, self.rate, self.decay, self.step_no = params, rate, decay, 0
        self.moves = moves or {}
        self.moments = {name: (np.zeros_like(p.value), np.zeros_like(p.value)) for name, p in params.items()}

    def step(self, factor: float = 1.0) -> None:
        """Moves every parameter once along its gradient, with `factor` times the rate."""
        self.step_no += 1
        rate = self.rate * factor
        for name, param in self.params.items():
            if param.grad is None:
                continue
            mean, square = self.moments[name]
            mean += 0.1 * (param.grad - mean)
            square += 0.001 * (param.grad * param.grad - square)
            unbiased = mean / (1 - 0.9**self.step_no)
            scale = np.sqrt(square / (1 - 0.999**self.step_no)) + 1e-8
            step = rate * unbiased / scale
            if param.value.ndim > 1:
                step = step + rate * self.decay * param.value
            param.value -= (step * self.moves.get(name, 1.0)).astype(np.float32)
            param.grad = None
