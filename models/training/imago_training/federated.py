"""Learning from several shops whose rows never meet: what leaves a shop are moments, quantiles, weights and averages.

Federated averaging (McMahan et al. 2017, arXiv:1602.05629): in every round each shop goes on from the common weights for an epoch of its own, and the
common ones become the mean of what comes back, each shop counting by its queries.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace

import numpy as np

from .autodiff import Adam
from .fit import PATIENCE, Recipe, listwise_loss
from .material import Material
from .metrics import drift
from .model import Model
from .network import Shape, initial, nodes, numbers
from .sampling import slice_by_time
from .scaling import TAIL, Scaling
from .train import MOST_SCALED, POPULARITY, Wish, bare, batches_of, beginning, calibrate_queries, figures_of, ndcg_of

Weights = dict[str, np.ndarray]
GRID = np.linspace(0, 1, 11)
LEAST_QUERIES = 100
LEAST_POSITIVES = 50
SYNTHETIC_ROWS = 5_000


@dataclass
class Spread:
    """What a shop tells of its features; [features] each but for the quantiles, [11, features]."""

    rows: int
    low: np.ndarray
    high: np.ndarray
    quantiles: np.ndarray
    drift: np.ndarray
    varies: np.ndarray  # bool
    positives: dict[str, int]


class Shop:
    """One shop with its rows. Only what its methods give back leaves it."""

    def __init__(self, material: Material, share: float, group: int, seed: int):
        slices = slice_by_time(material, share)
        self._material, self._slices = material, slices
        self._learnt = slices.train[material.retrieved[slices.train]]
        self._validate = slices.validate[material.whole[slices.validate]]
        if len(self._learnt) < LEAST_QUERIES:
            raise ValueError(f"a shop has {len(self._learnt)} queries with a retrieved target, {LEAST_QUERIES} are needed")
        rng = np.random.default_rng(seed)
        self._before = material.rows_of(rng.permutation(self._learnt)[: MOST_SCALED // group])
        self._after = rng.permutation(material.rows_of(self._validate))[:MOST_SCALED]

    @property
    def names(self) -> list[str]:
        """Names of the features, in order."""
        return self._material.names

    @property
    def rules(self) -> dict[str, float]:
        """The rules with which learning begins."""
        return self._material.header.get("rules", POPULARITY)

    @property
    def queries(self) -> tuple[int, int]:
        """How many are learnt from, and how many are stopped by."""
        return len(self._learnt), len(self._validate)

    @property
    def span(self) -> tuple[float, float]:
        """Epoch ms of the first and the last query that is learnt from."""
        at = self._material.at[self._learnt]
        return float(at.min()), float(at.max())

    def spread(self) -> Spread:
        """Ranges and drift of the features."""
        before, after = self._material.features[self._before], self._material.features[self._after]
        low, high = (np.quantile(before, q, axis=0) for q in (TAIL, 1 - TAIL))
        counts = self._material.labels[self._material.rows_of(self._learnt)].sum(axis=0)
        return Spread(
            rows=len(before),
            low=low,
            high=high,
            quantiles=np.quantile(before, GRID, axis=0),
            drift=np.array([drift(before[:, i], after[:, i]) for i in range(before.shape[1])]),
            varies=before.min(axis=0) < before.max(axis=0),
            positives={name: int(counts[i]) for i, name in enumerate(self._material.header["labels"])},
        )

    def moments(self, columns: list[int], low: np.ndarray, high: np.ndarray) -> tuple[int, np.ndarray, np.ndarray]:
        """Rows, sums and sums of squares of features cut to common ranges."""
        cut = np.clip(self._material.features[self._before][:, columns], low, high).astype(np.float64)
        return len(cut), cut.sum(axis=0), (cut**2).sum(axis=0)

    def learn(self, shape: Shape, scaling: Scaling, columns: list[int], weights: Weights, recipe: Recipe, factor: float) -> Weights:
        """One pass over the shop's own queries, from the common weights on."""
        rng = np.random.default_rng(recipe.seed)
        params = nodes({name: value.copy() for name, value in weights.items()})
        adam = Adam(params, recipe.rate, recipe.decay, {})
        for batch in batches_of(self._material, shape, scaling, columns, self._learnt, recipe)(rng):
            listwise_loss(shape, params, batch, recipe.drop, rng).backward()
            adam.step(factor)
        return numbers(params)

    def judge(self, shape: Shape, scaling: Scaling, columns: list[int], weights: Weights) -> float:
        """Mean NDCG@10 of the shop's queries to stop by."""
        return float(ndcg_of(bare(shape, scaling, weights), self._material, columns, self._validate).mean())

    def calibration(self, model: Model, columns: list[int]) -> tuple[np.ndarray, np.ndarray]:
        """Slope and intercept of every head that fit this shop."""
        own = bare(model.shape, model.scaling, *model.members)
        calibrate_queries(own, self._material, columns, self._slices.validate)
        return own.slope, own.intercept

    def figures(self, model: Model, columns: list[int]) -> dict:
        """What the common model does on the shop's last slice."""
        return figures_of(model, self._material, columns, self._slices.measure)


@dataclass
class Federated:
    """A common model and what is known of it without any row."""

    model: Model
    columns: list[int]
    left_out: dict[str, float]
    figures: list[dict]
    queries: int
    quantiles: np.ndarray  # [11, features of the model]


def mean_by(values: list, weights: list[float]) -> np.ndarray:
    """Mean of arrays of one shape, each counting by its weight."""
    return np.average(np.stack(values), axis=0, weights=np.asarray(weights, float))


def average_weights(parts: list[Weights], queries: list[int]) -> Weights:
    """Mean of the weights of shops, each counting by its queries."""
    return {name: mean_by([part[name] for part in parts], queries).astype(np.float32) for name in parts[0]}


def common_scaling(shops: list[Shop], columns: list[int], spreads: list[Spread]) -> Scaling:
    """Common ranges are the means of the shops'; within them mean and deviation are those of all rows together, made of sums alone."""
    rows = [spread.rows for spread in spreads]
    low, high = (mean_by([getattr(spread, end)[columns] for spread in spreads], rows).astype(np.float32) for end in ("low", "high"))
    # What hardly ever differs from one value keeps the widest range that any shop has.
    rare = high - low < 1e-6
    low = np.where(rare, np.min([spread.quantiles[0, columns] for spread in spreads], axis=0), low).astype(np.float32)
    high = np.where(rare, np.max([spread.quantiles[-1, columns] for spread in spreads], axis=0), high).astype(np.float32)
    parts = [shop.moments(columns, low, high) for shop in shops]
    count = sum(part[0] for part in parts)
    mean = sum(part[1] for part in parts) / count
    deviation = np.sqrt(np.maximum(sum(part[2] for part in parts) / count - mean**2, 0))
    return Scaling(low, high, mean.astype(np.float32), np.maximum(deviation, 1e-3).astype(np.float32))


def common_columns(shops: list[Shop], spreads: list[Spread], wish: Wish) -> tuple[list[int], dict[str, float]]:
    """Features that vary in every shop and, on average, stay as they were."""
    names = shops[0].names
    moved = mean_by([spread.drift for spread in spreads], [spread.rows for spread in spreads])
    varies = np.all([spread.varies for spread in spreads], axis=0)
    wanted = [i for i, name in enumerate(names) if varies[i] and (not wish.features or name in wish.features)]
    left_out = {names[i]: round(float(moved[i]), 3) for i in wanted if moved[i] > wish.most_drift}
    return [i for i in wanted if names[i] not in left_out], left_out


def train_federated(materials: list[Material], wish: Wish) -> Federated:
    """Learns one model over several shops. Raises ValueError where their features differ or one is too small."""
    if wish.kind != "dense" or wish.monotone or wish.held:
        raise ValueError("shops learn a dense model together; ids of a sequence are those of one shop, and --monotone and --held are not taken")
    shops = [Shop(material, wish.share, wish.recipe.group, wish.recipe.seed) for material in materials]
    if len(shops) < 2 or any(shop.names != shops[0].names for shop in shops):
        raise ValueError("it takes two shops or more, with the same features in the same order")
    spreads = [shop.spread() for shop in shops]
    columns, left_out = common_columns(shops, spreads, wish)
    heads = [h for h in spreads[0].positives if h == "click" or sum(s.positives.get(h, 0) for s in spreads) >= LEAST_POSITIVES]
    shape = Shape(features=[shops[0].names[c] for c in columns], heads=heads, hidden=wish.hidden)
    scaling = common_scaling(shops, columns, spreads)
    recipes = [replace(wish.recipe, seed=wish.recipe.seed + i) for i in range(wish.members)]
    model = bare(shape, scaling, *[_member(shops, shape, scaling, columns, recipe) for recipe in recipes])
    fitted = [shop.calibration(model, columns) for shop in shops]
    stopped_by = [shop.queries[1] for shop in shops]
    model.slope, model.intercept = (mean_by([pair[i] for pair in fitted], stopped_by) for i in (0, 1))
    quantiles = mean_by([spread.quantiles[:, columns] for spread in spreads], [spread.rows for spread in spreads])
    figures = [shop.figures(model, columns) for shop in shops]
    return Federated(model, columns, left_out, figures, sum(shop.queries[0] for shop in shops), quantiles)


def _member(shops: list[Shop], shape: Shape, scaling: Scaling, columns: list[int], recipe: Recipe) -> Weights:
    learnt, stopped_by = ([shop.queries[i] for shop in shops] for i in (0, 1))
    start = {**initial(shape, np.random.default_rng(recipe.seed)), **beginning(shape, scaling, recipe.seed, shops[0].rules)}
    weights = best = numbers(start)
    verdicts: list[float] = []
    for round_ in range(recipe.epochs):
        factor = 0.5 * (1 + np.cos(np.pi * round_ / recipe.epochs))
        own = replace(recipe, seed=recipe.seed + 1_000 * (round_ + 1))
        weights = average_weights([shop.learn(shape, scaling, columns, weights, own, factor) for shop in shops], learnt)
        verdicts.append(float(np.average([shop.judge(shape, scaling, columns, weights) for shop in shops], weights=stopped_by)))
        print(f"  round {round_}: {verdicts[-1]:.5f}", file=sys.stderr)
        if verdicts[-1] == max(verdicts):
            best = weights
        if round_ - int(np.argmax(verdicts)) >= PATIENCE:
            break
    return best


def synthetic_rows(quantiles: np.ndarray, seed: int = 1) -> np.ndarray:
    """Rows that are nobody's, each feature by itself drawn along the averaged quantiles: for the golden batch and the quantiles of the manifest."""
    drawn = np.random.default_rng(seed).random((SYNTHETIC_ROWS, quantiles.shape[1]))
    return np.stack([np.interp(drawn[:, i], GRID, quantiles[:, i]) for i in range(quantiles.shape[1])], axis=1).astype(np.float32)
