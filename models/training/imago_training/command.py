"""The command line: train a model for one shop, or judge one on exported material."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

from .artefact import write_artefact
from .card import card_of
from .fit import Recipe
from .material import Material, read_export
from .train import Trained, Wish, names_of, train


def parser() -> argparse.ArgumentParser:
    """All that can be asked for."""
    root = argparse.ArgumentParser(prog="imago_training", description="Trains intent models from exported material.")
    commands = root.add_subparsers(dest="command", required=True)
    one = commands.add_parser("train", help="learn a model from a folder that `imago export` wrote")
    one.add_argument("export", type=Path)
    one.add_argument("--out", type=Path, required=True, help="where model.onnx, manifest.json and MODEL_CARD.md go")
    one.add_argument("--name", default="intent")
    one.add_argument("--model-version", help="default: the name of the folder --out")
    one.add_argument("--kind", choices=["dense", "sequence"], default="dense")
    one.add_argument("--members", type=int, default=3, help="networks whose scores are averaged")
    one.add_argument("--hidden", type=_pair, default=(32, 16), help="widths of the two layers, as 32,16")
    one.add_argument("--epochs", type=int, default=12)
    one.add_argument("--rate", type=float, default=2e-3)
    one.add_argument("--decay", type=float, default=0.02)
    one.add_argument("--drop", type=float, default=0.1)
    one.add_argument("--group", type=int, default=35, help="candidates a query is learnt from, the target among them")
    one.add_argument("--seed", type=int, default=20)
    one.add_argument("--most-drift", type=float, default=1.0, help="features whose stability index is above it are left out")
    one.add_argument("--without", type=_list, default=[], help="features, or their beginnings, that are left out")
    one.add_argument("--monotone", type=_signs, default={}, help="as item.popularity_log@1:+,user.aversion@1:-")
    one.add_argument("--data", help="what it was trained on, for the manifest; default: the name of the data set")
    return root


def _pair(text: str) -> tuple[int, int]:
    first, second = (int(part) for part in text.split(","))
    return first, second


def _list(text: str) -> list[str]:
    return [part for part in text.split(",") if part]


def _signs(text: str) -> dict[str, int]:
    return {part.rsplit(":", 1)[0]: -1 if part.endswith("-") else 1 for part in _list(text)}


def wish_of(options: argparse.Namespace, material: Material) -> Wish:
    """The command line as a wish; raises ValueError for a feature that the material lacks."""
    unknown = [name for name in options.monotone if name not in material.names]
    if unknown:
        raise ValueError(f"the material has no feature {', '.join(unknown)}")
    features = [name for name in material.names if not any(name.startswith(part) for part in options.without)]
    return Wish(
        kind=options.kind,
        members=options.members,
        hidden=options.hidden,
        most_drift=options.most_drift,
        features=features,
        monotone=options.monotone,
        recipe=Recipe(options.epochs, 128, options.rate, options.decay, options.drop, options.group, options.seed),
    )


def run_train(options: argparse.Namespace) -> dict:
    """Trains, writes the artefact and gives what was found."""
    material = read_export(options.export)
    started = time.process_time()
    trained = train(material, wish_of(options, material))
    seconds = time.process_time() - started
    about = about_of(material, trained, options, seconds)
    dense, names = sample_of(material, trained)
    written = write_artefact(trained.model, options.out, dense, names, about)
    return {**trained.figures, **written, "features": len(trained.columns), "left_out": trained.left_out, "cpu_seconds": round(seconds, 1)}


def sample_of(material: Material, trained: Trained) -> tuple[np.ndarray, dict | None]:
    """Rows of training data for quantiles and the golden batch; for a sequence model the first are of one query."""
    learnt = trained.slices.train[material.retrieved[trained.slices.train]]
    drawn = np.random.default_rng(1).permutation(learnt)[:5_000]
    names = names_of(material, trained.model.shape, drawn[0])
    if names is not None:
        of_one = material.first[drawn[0] + 1] - material.first[drawn[0]]
        names = {k: (np.resize(v, 5_000) if k.startswith("cand_") else v) for k, v in names.items()}
        assert of_one > 0
    return material.features[material.rows_of(drawn)][:, trained.columns], names


def about_of(material: Material, trained: Trained, options: argparse.Namespace, seconds: float) -> dict:
    """What manifest and card say beside the model."""
    header = material.header
    version = options.model_version or options.out.name
    about = {
        "name": options.name,
        "version": version,
        "calibration": "sampled",
        "from": float(material.at[trained.slices.train].min()),
        "to": float(material.at[trained.slices.train].max()),
        "exposures": 0,
        "data": options.data or header["dataset"],
        "metrics": trained.figures,
    }
    return {**about, "card": card_of(material, trained, about, options, seconds)}


def main(arguments: list[str] | None = None) -> None:
    """Runs one command line."""
    options = parser().parse_args(arguments)
    try:
        print(json.dumps(run_train(options), indent=2))
    except ValueError as fault:
        raise SystemExit(f"imago_training: {fault}") from fault
