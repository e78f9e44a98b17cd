"""Reads `GET /exports/exposures`: one line a shown item, with features as used, position, and labels that say when they are settled."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Iterable, Iterator

import numpy as np

from .fit import Exposures
from .model import close_funnel
from .network import FUNNEL


@dataclass
class ExposureTable:
    """Columns of exposures, in the order of serving."""

    names: list[str]
    heads: list[str]
    features: np.ndarray  # [rows, features] float32
    labels: np.ndarray  # [rows, heads] bool, closed along the funnel
    mature: np.ndarray  # [rows, heads] bool
    position: np.ndarray  # [rows] from 1
    user: np.ndarray  # [rows] number of the pseudonym
    at: np.ndarray  # [rows] epoch ms

    def rows(self, rows: np.ndarray) -> Exposures:
        """What is learnt from some rows."""
        return Exposures(self.labels[rows], self.mature[rows], self.position[rows], np.ones(len(rows), np.float32))


def lines_of(path: Path) -> Iterator[str]:
    """Lines of a file of NDJSON, packed or not."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        yield from file


def _ms(iso: str) -> float:
    return datetime.fromisoformat(iso.replace("Z", "+00:00")).timestamp() * 1000


def read_exposures(lines: Iterable[str], as_of: float, heads: tuple[str, ...] = FUNNEL, only_seen: bool = True) -> ExposureTable:
    """Reads lines into columns.

    A label counts as settled when its time has come by `as_of` (epoch ms); until then a 0 may still turn and is not learnt from.
    With `only_seen`, rows that no client reported as seen are left out, since nobody could act on them; where none is, every served row is taken.
    """
    entries = [json.loads(line) for line in lines if line.strip()]
    if only_seen and any(entry["seen"] for entry in entries):
        entries = [entry for entry in entries if entry["seen"] or any(label["label"] for label in entry["labels"].values())]
    if not entries:
        raise ValueError("there is no exposure to learn from")
    entries.sort(key=lambda entry: entry["servedAt"])
    names = sorted(set.intersection(*(set(entry["features"]) for entry in entries)))
    users: dict[str | None, int] = {}
    labels = np.array([[bool(entry["labels"].get(head, {}).get("label")) for head in heads] for entry in entries])
    mature = np.array([[head in entry["labels"] and _ms(entry["labels"][head]["labelMatureAt"]) <= as_of for head in heads] for entry in entries])
    return ExposureTable(
        names=names,
        heads=list(heads),
        features=np.array([[entry["features"][name] for name in names] for entry in entries], dtype=np.float32),
        labels=close_funnel(labels, list(heads)),
        mature=mature,
        position=np.array([entry["position"] for entry in entries]),
        user=np.array([users.setdefault(entry["user"], len(users)) for entry in entries]),
        at=np.array([_ms(entry["servedAt"]) for entry in entries]),
    )
