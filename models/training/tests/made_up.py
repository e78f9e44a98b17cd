"""Small material with a known rule behind it."""

from __future__ import annotations

import numpy as np

from imago_training.material import Material

NAMES = ["item.popularity_log@1", "cross.cf@1", "user.aversion@1", "user.activity@1"]
VOCABULARIES = {"category": 6, "brand": 3, "creator": 0, "type": 28}


def material_of(queries: int = 400, pool: int = 40, seed: int = 1, whole_from: float = 0.7, heads: int = 1, length: int = 5) -> Material:
    """Each query's target is drawn by softmax of 1.5 popularity + 2 cf - aversion; the last acts say which category is liked."""
    rng = np.random.default_rng(seed)
    features, labels, names = [], [], {"category": [], "brand": [], "creator": []}
    sequence = {name: np.zeros((queries, length), np.int32) for name in ("category", "brand", "creator", "type")}
    sequence["gap"] = np.zeros((queries, length), np.float32)
    whole = np.arange(queries) >= whole_from * queries
    for q in range(queries):
        x = rng.normal(size=(pool, len(NAMES))).astype(np.float32)
        liked = rng.integers(1, VOCABULARIES["category"] + 1)
        own = {"category": rng.integers(1, 7, pool), "brand": rng.integers(0, 4, pool), "creator": np.zeros(pool, int)}
        worth = 1.5 * x[:, 0] + 2 * x[:, 1] - x[:, 2] + 1.5 * (own["category"] == liked)
        target = rng.choice(pool, p=np.exp(worth) / np.exp(worth).sum())
        kept = np.arange(pool) if whole[q] else rng.permutation(np.append(rng.permutation(np.delete(np.arange(pool), target))[:19], target))
        features.append(x[kept])
        bought = rng.random() < 0.5
        labels.append(np.array([[row == target, row == target and bought, row == target and bought] for row in kept])[:, :heads])
        for name in names:
            names[name].append(own[name][kept])
        sequence["category"][q, :3], sequence["type"][q, :3] = liked, 4
        sequence["gap"][q, :3] = rng.random(3)
    sizes = [len(x) for x in features]
    header = {
        "featureNames": NAMES,
        "labels": ["click", "addToCart", "purchase"][:heads],
        "dataset": "made-up",
        "vocabularies": VOCABULARIES,
        "sequenceLength": length,
        "tune": False,
    }
    return Material(
        header=header,
        features=np.concatenate(features),
        labels=np.concatenate(labels),
        first=np.concatenate([[0], np.cumsum(sizes)]),
        user=rng.integers(0, 50, queries),
        at=np.arange(queries) * 3_600_000.0,
        share=np.linspace(0.3, 0.7, queries),
        pool=np.full(queries, pool),
        retrieved=np.ones(queries, bool),
        whole=whole,
        sequence=sequence,
        candidates={name: np.concatenate(parts) for name, parts in names.items()},
    )
