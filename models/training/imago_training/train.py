"""From an export to a calibrated model, with figures of its last, never learnt slice."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from typing import Callable, Iterator

import numpy as np

from . import metrics
from .autodiff import Node
from .calibration import calibrate
from .fit import Batch, Recipe, learn, listwise_loss
from .material import Material
from .model import Model, close_funnel, tensors_of_sequence
from .network import FUNNEL, Inputs, Params, Shape, initial
from .sampling import Slices, draw_groups, row_weights, slice_by_time, stands_for
from .scaling import Scaling, fit_scaling, usable

MOST_SCALED = 200_000
# Where learning begins when the material names no rules: people take things about as often as others did.
POPULARITY = {"item.popularity_log@1": 1.0}
# Of the usual size: the hidden layers begin with little to say.
QUIET = 0.1


@dataclass
class Wish:
    """What is asked for."""

    kind: str = "dense"
    members: int = 3
    hidden: tuple[int, int] = (32, 16)
    most_drift: float = 1.0
    features: list[str] | None = None
    monotone: dict[str, int] | None = None
    held: tuple[str, ...] = ()
    recipe: Recipe = field(default_factory=Recipe)
    share: float = 0.15


@dataclass
class Trained:
    """A model, what it was learnt from, and what was found on the slice after."""

    model: Model
    slices: Slices
    columns: list[int]
    left_out: dict[str, float]
    figures: dict
    learnt: int


def heads_of(material: Material, queries: np.ndarray) -> list[str]:
    """Heads that something speaks for: the click always, others from 50 positives on."""
    counts = material.labels[material.rows_of(queries)].sum(axis=0)
    return [name for i, name in enumerate(material.header["labels"]) if name == FUNNEL[0] or counts[i] >= 50]


def shape_of(material: Material, columns: list[int], heads: list[str], wish: Wish) -> tuple[Shape, list[int]]:
    """The network for some columns, and the columns in its order: those that may only act one way come last."""
    names, monotone = material.names, wish.monotone or {}
    columns = [c for c in columns if names[c] not in monotone] + [c for c in columns if names[c] in monotone]
    free = sum(names[c] not in monotone for c in columns)
    shape = Shape(
        features=[names[c] for c in columns],
        heads=heads,
        hidden=wish.hidden,
        free=free,
        signs=[monotone[names[c]] for c in columns[free:]],
    )
    if wish.kind == "sequence":
        known = material.header["vocabularies"]
        shape = replace(shape, sequence=material.header["sequenceLength"], vocabularies=known, types=known["type"])
    return shape, columns


def group_inputs(material: Material, shape: Shape, scaled: np.ndarray, queries: np.ndarray, rows: np.ndarray) -> Inputs:
    """Inputs of a batch of groups; rows below 0 are gaps, which a mask takes out."""
    filled = np.maximum(rows, 0)
    inputs: Inputs = {"dense": scaled[filled]}
    for name in tensors_of_sequence(shape):
        kind = name[name.index("_") + 1 :]
        inputs[name] = material.candidates[kind][filled] if name.startswith("cand_") else material.sequence[kind][queries]
    return inputs


def names_of(material: Material, shape: Shape, query: int) -> Inputs | None:
    """The sequence of one query and its candidates."""
    if not shape.sequence:
        return None
    own = slice(material.first[query], material.first[query + 1])
    result: Inputs = {}
    for name in tensors_of_sequence(shape):
        kind = name[name.index("_") + 1 :]
        result[name] = material.candidates[kind][own] if name.startswith("cand_") else material.sequence[kind][query : query + 1]
    return result


def raw_scores(model: Model, material: Material, columns: list[int], queries: np.ndarray) -> np.ndarray:
    """[rows of the queries, heads]"""
    if not model.shape.sequence:
        return model.raw(material.features[material.rows_of(queries)][:, columns])
    parts = [
        model.raw(material.features[material.first[q] : material.first[q + 1]][:, columns], names_of(material, model.shape, q))
        for q in queries
        if material.first[q + 1] > material.first[q]
    ]
    return np.concatenate(parts or [np.empty((0, len(model.shape.heads)))])


def ndcg_of(model: Model, material: Material, columns: list[int], queries: np.ndarray) -> np.ndarray:
    """NDCG@10 of every query with its whole pool; a target that was not retrieved counts 0."""
    raw = raw_scores(model, material, columns, queries)
    first = np.concatenate([[0], np.cumsum(material.first[queries + 1] - material.first[queries])])
    rows = material.rows_of(queries)
    return metrics.ndcg(metrics.places(raw[:, 0], material.labels[rows, 0], first))


def train(material: Material, wish: Wish) -> Trained:
    """Learns by which candidate was taken, stops by NDCG@10 and calibrates on the slice after, and measures on the one after that."""
    slices = slice_by_time(material, wish.share)
    learnt = slices.train[material.retrieved[slices.train]]
    if len(learnt) < 100:
        raise ValueError(f"{len(learnt)} queries with a retrieved target are too few to learn from, 100 are needed")
    validate = slices.validate[material.whole[slices.validate]]
    rng = np.random.default_rng(wish.recipe.seed)
    before = material.rows_of(rng.permutation(learnt)[: MOST_SCALED // wish.recipe.group])
    after = rng.permutation(material.rows_of(validate))[:MOST_SCALED]
    columns, left_out = usable(material.names, material.features[before], material.features[after], wish.most_drift, wish.features)
    shape, columns = shape_of(material, columns, heads_of(material, learnt), wish)
    # What the rules weigh has no bound in them: cut off at a quantile, the most popular things would be level.
    scaling = fit_scaling(material.features[before][:, columns], np.array([name.startswith(wish.held) for name in shape.features]))
    moves = what_moves(shape, wish.held)
    recipes = [replace(wish.recipe, seed=wish.recipe.seed + i) for i in range(wish.members)]
    members = [_member(material, shape, scaling, columns, (learnt, validate), recipe, moves) for recipe in recipes]
    model = bare(shape, scaling, *members)
    calibrate_queries(model, material, columns, slices.validate)
    figures = figures_of(model, material, columns, slices.measure)
    return Trained(model, slices, columns, left_out, figures, len(learnt))


def _member(
    material: Material,
    shape: Shape,
    scaling: Scaling,
    columns: list[int],
    queries: tuple[np.ndarray, np.ndarray],
    recipe: Recipe,
    moves: dict[str, np.ndarray],
) -> dict[str, np.ndarray]:
    learnt, validate = queries
    batches = batches_of(material, shape, scaling, columns, learnt, recipe)

    def judge(values: dict[str, np.ndarray]) -> float:
        return float(ndcg_of(bare(shape, scaling, values), material, columns, validate).mean())

    print(f"{len(learnt)} queries, {len(columns)} features, {len(validate)} to stop by", file=sys.stderr)
    loss_of = lambda params, batch, rng: listwise_loss(shape, params, batch, recipe.drop, rng)  # noqa: E731
    start = beginning(shape, scaling, recipe.seed, material.header.get("rules", POPULARITY))
    if "w1" in moves:
        start["w1"] = Node(initial(shape, np.random.default_rng(recipe.seed))["w1"].value * moves["w1"])
    return learn(shape, recipe, batches, loss_of, judge, start, moves)[0]


def batches_of(
    material: Material, shape: Shape, scaling: Scaling, columns: list[int], learnt: np.ndarray, recipe: Recipe
) -> Callable[[np.random.Generator], Iterator[Batch]]:
    """One pass over some queries in an order by chance, each with candidates drawn anew."""
    chosen = [material.header["labels"].index(head) for head in shape.heads]
    scaled = scaling(material.features[:, columns])
    labels = close_funnel(material.labels[:, chosen], shape.heads)

    def batches(rng: np.random.Generator) -> Iterator[Batch]:
        order = rng.permutation(learnt)
        for start in range(0, len(order), recipe.batch):
            own = order[start : start + recipe.batch]
            rows, target = draw_groups(material, own, recipe.group, rng)
            yield group_inputs(material, shape, scaled, own, rows), stands_for(material, own, rows, target), target, labels[rows[np.arange(len(own)), target]]

    return batches


def bare(shape: Shape, scaling: Scaling, *members: dict[str, np.ndarray]) -> Model:
    """A model that is not calibrated: it ranks."""
    return Model(shape, scaling, list(members), np.ones(len(shape.heads)), np.zeros(len(shape.heads)))


def what_moves(shape: Shape, held: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Factors for the optimiser: a feature that is held counts as the rules say and no layer sees it."""
    if not held:
        return {}
    rows = initial(shape, np.random.default_rng(0))["w1"].value.shape[0]
    free = np.ones((rows, 1), np.float32)
    for i, name in enumerate(shape.features[: shape.free]):
        free[i, 0] = not name.startswith(held)
    return {"w1": free, "skip": free}


def beginning(shape: Shape, scaling: Scaling, seed: int, rules: dict[str, float]) -> Params:
    """Parameters of the output with which learning begins: the rules decide, so that little data leaves it there."""
    own = initial(shape, np.random.default_rng(seed))
    skip = np.zeros_like(own["skip"].value)
    for i, name in enumerate(shape.features[: shape.free]):
        skip[i, 0] = rules.get(name, 0.0) * scaling.deviation[i]
    return {"skip": Node(skip), "w3": Node(own["w3"].value * np.float32(QUIET))}


def calibrate_queries(model: Model, material: Material, columns: list[int], queries: np.ndarray) -> None:
    """Calibrates on queries whose whole pool is there, also those that missed their target, as serving meets them."""
    whole = queries[material.whole[queries]]
    rows = material.rows_of(whole)
    chosen = [material.header["labels"].index(head) for head in model.shape.heads]
    calibrate(model, raw_scores(model, material, columns, whole), material.labels[rows][:, chosen], row_weights(material, whole))


def against_rules(material: Material, whole: np.ndarray, gain: np.ndarray) -> dict:
    """NDCG@10 of the rules in the order of the same pools, and by how much the model is above it, with the range of that."""
    rules = material.header.get("rules")
    if not rules:
        return {}
    rows = material.rows_of(whole)
    known = [(i, rules[name]) for i, name in enumerate(material.names) if name in rules]
    scores = sum(weight * material.features[rows, i].astype(np.float64) for i, weight in known)
    first = np.concatenate([[0], np.cumsum(material.first[whole + 1] - material.first[whole])])
    own = metrics.ndcg(metrics.places(scores, material.labels[rows, 0], first))
    mean, low, high = metrics.by_user(gain - own, material.user[whole])
    return {"rules_ndcg10": round(float(own.mean()), 4), "over_rules": round(mean, 4), "over_rules_low": round(low, 4), "over_rules_high": round(high, 4)}


def figures_of(model: Model, material: Material, columns: list[int], queries: np.ndarray) -> dict:
    """What a card says: ranking and calibration on queries with their whole pool, with ranges by drawing users anew."""
    whole = queries[material.whole[queries]]
    gain = ndcg_of(model, material, columns, whole)
    mean, low, high = metrics.by_user(gain, material.user[whole])
    probability = model.probabilities(raw_scores(model, material, columns, whole))[:, 0]
    labels = material.labels[material.rows_of(whole), 0]
    (slope, intercept), (slope_error, intercept_error) = metrics.fit_line(metrics.logit(probability), labels.astype(float))
    return {
        **against_rules(material, whole, gain),
        "queries": len(whole),
        "retrieved": round(float(material.retrieved[whole].mean()), 4),
        "ndcg10": round(mean, 4),
        "ndcg10_low": round(low, 4),
        "ndcg10_high": round(high, 4),
        "click_auc": round(metrics.auc(probability, labels), 4),
        "click_ne": round(metrics.normalised_entropy(probability, labels, labels.mean()), 4),
        "click_ece": round(metrics.expected_calibration_error(probability, labels), 6),
        "calibration_slope": round(float(slope), 3),
        "calibration_slope_error": round(float(slope_error), 3),
        "calibration_intercept": round(float(intercept), 3),
        "calibration_intercept_error": round(float(intercept_error), 3),
    }
