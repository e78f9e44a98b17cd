"""Reads a folder that `imago export` wrote: queries, and the candidates that the service would have chosen from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

DTYPES = {"i32": "<i4", "f32": "<f4", "f64": "<f8", "u8": "u1"}
RETRIEVED, WHOLE = 1, 2
SEQUENCES = ("category", "brand", "creator", "type")
NAMES = ("category", "brand", "creator")


@dataclass
class Material:
    """Columns of queries and of their rows; the rows of query q stand at first[q] to first[q + 1]."""

    header: dict
    features: np.ndarray  # [rows, features] float32, as served
    labels: np.ndarray  # [rows, heads] bool
    first: np.ndarray  # [queries + 1]
    user: np.ndarray  # [queries]
    at: np.ndarray  # [queries] epoch ms
    share: np.ndarray  # [queries] share of the events that came before
    pool: np.ndarray  # [queries] candidates before any were drawn
    retrieved: np.ndarray  # [queries] bool
    whole: np.ndarray  # [queries] bool: every candidate of the pool is here
    sequence: dict[str, np.ndarray]  # [queries, K] each, and "gap"
    candidates: dict[str, np.ndarray]  # [rows] each

    @property
    def names(self) -> list[str]:
        """Names of the features, in the order of the columns."""
        return self.header["featureNames"]

    def rows_of(self, queries: np.ndarray) -> np.ndarray:
        """All rows of some queries, query by query."""
        return np.concatenate([np.arange(self.first[q], self.first[q + 1]) for q in queries] or [np.arange(0)])


def read_export(folder: str | Path) -> Material:
    """Reads a folder of training material; raises ValueError where it is not whole."""
    folder = Path(folder)
    if not (folder / "header.json").exists():
        raise ValueError(f"{folder} has no header.json: it is no export, or the export was cut off")
    header = json.loads((folder / "header.json").read_text())

    def column(name: str, shape: tuple[int, ...]) -> np.ndarray:
        kind = header["columns"][name]
        values = np.fromfile(folder / f"{name}.{kind}", dtype=DTYPES[kind])
        if values.size != np.prod(shape):
            raise ValueError(f"{folder}/{name}.{kind} holds {values.size} values, and the header speaks of {shape}")
        return values.reshape(shape)

    queries, rows, length = header["queries"], header["rows"], header["sequenceLength"]
    flags = column("query_flags", (queries,))
    bits = column("row_labels", (rows,))
    return Material(
        header=header,
        features=column("features", (rows, len(header["featureNames"]))),
        labels=np.stack([(bits >> i) & 1 for i in range(len(header["labels"]))], axis=1).astype(bool),
        first=np.concatenate([[0], np.cumsum(column("query_rows", (queries,)))]),
        user=column("query_user", (queries,)),
        at=column("query_at", (queries,)),
        share=column("query_share", (queries,)),
        pool=column("query_pool", (queries,)),
        retrieved=(flags & RETRIEVED) > 0,
        whole=(flags & WHOLE) > 0,
        sequence={name: column(f"seq_{name}", (queries, length)) for name in (*SEQUENCES, "gap")},
        candidates={name: column(f"row_{name}", (rows,)) for name in NAMES},
    )
