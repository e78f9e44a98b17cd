"""Figures of ranking and of probability. Ties count against whoever profits from them, so that no order of rows can help."""

from __future__ import annotations

import numpy as np


def places(scores: np.ndarray, labels: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Place from 0 of each query's target among its rows, infinity where there is none; what scores the same stands before it."""
    result = np.full(len(first) - 1, np.inf)
    for q in range(len(first) - 1):
        own = slice(first[q], first[q + 1])
        targets = np.flatnonzero(labels[own])
        if targets.size:
            result[q] = (scores[own] >= scores[own][targets[0]]).sum() - 1
    return result


def ndcg(place: np.ndarray, depth: int = 10) -> np.ndarray:
    """Gain of one target a query: 1 / log2(2 + place) within the depth, else 0."""
    return np.where(place < depth, 1 / np.log2(2 + np.where(np.isinf(place), 0, place)), 0.0)


def hit_rate(place: np.ndarray, depth: int) -> float:
    """Share of the queries whose target is within the depth."""
    return float((place < depth).mean())


def auc(scores: np.ndarray, labels: np.ndarray) -> float:
    """Chance that a positive scores higher than a negative; equal scores count half."""
    order = np.argsort(scores, kind="stable")
    ranked = scores[order]
    _, start, counts = np.unique(ranked, return_index=True, return_counts=True)
    ranks = np.repeat(start + (counts + 1) / 2, counts)
    positive = labels[order].astype(bool)
    p, n = positive.sum(), (~positive).sum()
    if p == 0 or n == 0:
        return float("nan")
    return float((ranks[positive].sum() - p * (p + 1) / 2) / (p * n))


def log_loss(probability: np.ndarray, labels: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Mean surprise in nats."""
    p = np.clip(probability.astype(np.float64), 1e-9, 1 - 1e-9)
    losses = -np.where(labels > 0, np.log(p), np.log1p(-p))
    return float(np.average(losses, weights=weights))


def normalised_entropy(probability: np.ndarray, labels: np.ndarray, base: float) -> float:
    """Log loss over that of always saying the base rate of the training data: below 1 is better than knowing nothing."""
    return log_loss(probability, labels) / log_loss(np.full(len(labels), base), labels)


def expected_calibration_error(probability: np.ndarray, labels: np.ndarray, bins: int = 15) -> float:
    """Mean distance of what was said from what happened, over bins that hold equally many rows."""
    order = np.argsort(probability, kind="stable")
    parts = np.array_split(order, bins)
    gaps = [abs(probability[part].mean() - labels[part].mean()) * len(part) for part in parts if len(part)]
    return float(sum(gaps) / len(order))


def logit(probability: np.ndarray) -> np.ndarray:
    """ln(p / (1 - p)), within what double precision tells apart."""
    p = np.clip(probability.astype(np.float64), 1e-9, 1 - 1e-9)
    return np.log(p) - np.log1p(-p)


def fit_line(x: np.ndarray, labels: np.ndarray, weights: np.ndarray | None = None, ridge: float = 1e-3) -> tuple[np.ndarray, np.ndarray]:
    """Slope and intercept of labels on logits by logistic regression (Newton), with their standard errors.

    Slope 1 and intercept 0 are perfect. The weak ridge pulls towards those, so that few labels cannot break it.
    """
    weights = np.ones(len(x)) if weights is None else weights
    start = beta = np.array([1.0, 0.0])
    design = np.stack([x, np.ones(len(x))], axis=1)

    def surprise(line: np.ndarray) -> float:
        z = design @ line
        return float((weights * (np.logaddexp(0, z) - labels * z)).sum() + ridge / 2 * ((line - start) ** 2).sum())

    for _ in range(60):
        p = 1 / (1 + np.exp(-np.clip(design @ beta, -40, 40)))
        gradient = design.T @ (weights * (labels - p)) - ridge * (beta - start)
        hessian = (design * (weights * p * (1 - p))[:, None]).T @ design + ridge * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        # A whole step may overshoot far from the solution, where the curve is flat.
        while surprise(beta + step) > surprise(beta) and np.abs(step).max() > 1e-9:
            step = step / 2
        beta = beta + step
        if np.abs(step).max() < 1e-9:
            break
    return beta, np.sqrt(np.diag(np.linalg.inv(hessian)))


def by_user(values: np.ndarray, users: np.ndarray, seed: int = 20, draws: int = 1000) -> tuple[float, float, float]:
    """Mean of values with the range that holds it in 95 of 100 draws of whole users."""
    _, index = np.unique(users, return_inverse=True)
    sums, sizes = np.bincount(index, weights=values), np.bincount(index).astype(float)
    rng = np.random.default_rng(seed)
    means = np.empty(draws)
    for draw in range(draws):
        drawn = rng.integers(0, len(sums), len(sums))
        means[draw] = sums[drawn].sum() / sizes[drawn].sum()
    low, high = np.quantile(means, [0.025, 0.975])
    return float(values.mean()), float(low), float(high)


def drift(before: np.ndarray, after: np.ndarray, bins: int = 10) -> float:
    """Population stability index of a feature between two samples: 0 is none, above 0.25 is much."""
    edges = np.unique(np.quantile(before, np.linspace(0, 1, bins + 1)[1:-1]))
    shares = []
    for sample in (before, after):
        counts = np.bincount(np.searchsorted(edges, sample, side="left"), minlength=len(edges) + 1)
        shares.append((counts + 0.5) / (len(sample) + 0.5 * (len(edges) + 1)))
    return float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())
