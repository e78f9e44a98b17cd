"""From single rows with outcomes, exposures or views, to a calibrated model."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from . import autodiff as ad
from . import metrics
from .autodiff import Adam, Node
from .calibration import calibrate
from .exposures import ExposureTable
from .fit import Exposures, HASTE, Recipe, learn, looked_at, pointwise_loss
from .material import Material
from .model import Model, close_funnel, parent_of
from .network import Shape, nodes
from .scaling import fit_scaling, usable

DAY_MS = 86_400_000
PLACES = 50
CALIBRATION_STEPS = 400


@dataclass
class Rows:
    """Rows in the order of time and the three slices of them; nothing of one overlaps in time with what the one before waited for."""

    names: list[str]
    heads: list[str]
    features: np.ndarray
    what: Exposures
    user: np.ndarray
    at: np.ndarray
    train: np.ndarray
    validate: np.ndarray
    measure: np.ndarray


def rows_of_views(material: Material, shares: tuple[float, float] = (0.6, 0.75)) -> Rows:
    """Views: the labels of training are settled before validation begins."""
    count = len(material.user)
    heads = ["click", "addToCart", "purchase"]
    labels = close_funnel(material.labels, heads)
    what = Exposures(labels, np.ones_like(labels), np.zeros(count, int), np.ones(count, np.float32))
    middle, last = (int(share * count) for share in shares)
    rows = np.arange(count)
    train = rows[:middle][material.at[:middle] + DAY_MS <= material.at[middle]]
    return Rows(material.names, heads, material.features, what, material.user, material.at, train, rows[middle:last], rows[last:])


def rows_of_exposures(table: ExposureTable, shares: tuple[float, float] = (0.7, 0.85)) -> Rows:
    """Exposures by the time of serving."""
    rows = np.arange(len(table.at))
    middle, last = (int(share * len(rows)) for share in shares)
    what = table.rows(rows)
    return Rows(table.names, table.heads, table.features, what, table.user, table.at, rows[:middle], rows[middle:last], rows[last:])


def part(what: Exposures, rows: np.ndarray) -> Exposures:
    """Some rows of exposures."""
    return Exposures(what.labels[rows], what.mature[rows], what.position[rows], what.weights[rows])


def train_rows(rows: Rows, recipe: Recipe, members: int = 1, hidden: tuple[int, int] = (32, 16), most_drift: float = 1.0, without: tuple[str, ...] = ()) -> tuple[Model, list[int]]:
    """Learns from settled outcomes, stops by the surprise on the validation slice, and calibrates there."""
    only = [name for name in rows.names if not any(name.startswith(start) for start in without)]
    columns, _ = usable(rows.names, rows.features[rows.train], rows.features[rows.validate], most_drift, only)
    shape = Shape([rows.names[c] for c in columns], rows.heads, hidden)
    scaling = fit_scaling(rows.features[rows.train][:, columns])
    dense = scaling(rows.features[:, columns])
    biased = bool((rows.what.position[rows.train] > 1).any())
    learnt = [_member(shape, dense, rows, replace(recipe, seed=recipe.seed + i), biased) for i in range(members)]
    looked = np.mean([member.pop("looked") for member in learnt], axis=0) if biased else None
    model = Model(shape, scaling, learnt, np.ones(len(shape.heads)), np.zeros(len(shape.heads)))
    own = part(rows.what, rows.validate)
    raw = model.raw(rows.features[rows.validate][:, columns])
    calibrate(model, raw, own.labels, own.weights, own.mature)
    if looked is not None:
        _calibrate_beside_places(model, raw, own, looked)
        model.notes["looked"] = (1 / (1 + np.exp(-HASTE * looked[:, 0]))).round(3).tolist()
    return model, columns


def _start(shape: Shape, what: Exposures, biased: bool) -> dict[str, Node]:
    """Base rates to begin with, and the share of looks that each place gets."""
    rates = []
    for j, head in enumerate(shape.heads):
        parent = parent_of(head, shape.heads)
        counts = what.mature[:, j] & (what.labels[:, shape.heads.index(parent)] if parent else True)
        share = (what.labels[counts, j].sum() + 0.5) / (counts.sum() + 1)
        rates.append(np.log(share / (1 - share)))
    more = {"b3": ad.constant(np.array(rates))}
    if biased:
        more["looked"] = ad.constant(np.full((PLACES + 1, 1), 0.2))
    return more


def _member(shape: Shape, dense: np.ndarray, rows: Rows, recipe: Recipe, biased: bool) -> dict[str, np.ndarray]:
    def batches(rng: np.random.Generator):
        order = rng.permutation(rows.train)
        for start in range(0, len(order), recipe.batch):
            own = order[start : start + recipe.batch]
            yield dense[own], part(rows.what, own)

    def loss(params, batch, rng) -> Node:
        return pointwise_loss(shape, params, {"dense": batch[0]}, batch[1], recipe.drop, rng)

    def judge(values: dict[str, np.ndarray]) -> float:
        quiet = np.random.default_rng(0)
        return -float(pointwise_loss(shape, nodes(values), {"dense": dense[rows.validate]}, part(rows.what, rows.validate), 0, quiet).value)

    return learn(shape, recipe, batches, loss, judge, _start(shape, part(rows.what, rows.train), biased))[0]


def _calibrate_beside_places(model: Model, raw: np.ndarray, what: Exposures, looked: np.ndarray) -> None:
    """Slope and intercept of the first head, given how often each place is looked at."""
    counts = what.mature[:, 0]
    x, labels = raw[counts, :1].astype(np.float32), what.labels[counts, 0].astype(np.float32)
    chances = looked_at({"looked": Node(looked)}, what.position[counts]).value
    line = {"slope": ad.constant(np.ones((1, 1))), "intercept": ad.constant(np.zeros(1))}
    adam = Adam(line, 0.02, 0)
    for _ in range(CALIBRATION_STEPS):
        probability = ad.sigmoid(ad.column(ad.add(ad.matmul(Node(x), line["slope"]), line["intercept"]), 0))
        seen = ad.mul(probability, Node(chances))
        yes = ad.mul(ad.log(seen), Node(-labels / len(labels)))
        no = ad.mul(ad.log(ad.add(ad.constant(1), ad.mul(ad.constant(-1), seen))), Node(-(1 - labels) / len(labels)))
        ad.total(ad.add(yes, no)).backward()
        adam.step()
    model.slope[0], model.intercept[0] = max(0.01, float(line["slope"].value[0, 0])), float(line["intercept"].value[0])


def figures_of_rows(model: Model, columns: list[int], rows: Rows) -> dict:
    """Per head on the last slice: AUC with its range by drawing users anew, log loss over that of the training base rate, calibration with errors."""
    own = part(rows.what, rows.measure)
    probabilities = model.predict(rows.features[rows.measure][:, columns])
    base = part(rows.what, rows.train)
    result = {}
    for j, head in enumerate(model.shape.heads):
        counts = own.mature[:, j]
        p, labels = probabilities[counts, j], own.labels[counts, j]
        if labels.sum() < 2:
            continue
        (slope, intercept), (slope_error, intercept_error) = metrics.fit_line(metrics.logit(p), labels.astype(float))
        low, high = _auc_range(p, labels, rows.user[rows.measure][counts])
        result[head] = {
            "rows": int(counts.sum()),
            "rate": round(float(labels.mean()), 5),
            "said": round(float(p.mean()), 5),
            "auc": round(metrics.auc(p, labels), 4),
            "auc_low": round(low, 4),
            "auc_high": round(high, 4),
            "ne": round(metrics.normalised_entropy(p, labels, float(base.labels[base.mature[:, j], j].mean())), 4),
            "ece15": round(metrics.expected_calibration_error(p, labels), 5),
            "slope": round(float(slope), 3),
            "slope_error": round(float(slope_error), 3),
            "intercept": round(float(intercept), 3),
            "intercept_error": round(float(intercept_error), 3),
        }
    return result


def _auc_range(p: np.ndarray, labels: np.ndarray, users: np.ndarray, draws: int = 200) -> tuple[float, float]:
    order = np.argsort(users, kind="stable")
    starts = np.unique(users[order], return_index=True)[1]
    groups = np.split(order, starts[1:])
    rng = np.random.default_rng(20)
    values = []
    for _ in range(draws):
        drawn = np.concatenate([groups[i] for i in rng.integers(0, len(groups), len(groups))])
        values.append(metrics.auc(p[drawn], labels[drawn]))
    low, high = np.nanquantile(values, [0.025, 0.975])
    return float(low), float(high)
