"""The command line: train a model for one shop, or judge one on exported material."""

from __future__ import annotations

import argparse
import json
import time
from datetime import datetime, timezone
from pathlib import Path

import numpy as np

from .artefact import write_artefact
from .card import card_of, card_of_rows, card_of_shops
from .exposures import lines_of, read_exposures
from .federated import synthetic_rows, train_federated
from .fit import Recipe
from .material import Material, read_export
from .pointwise import Rows, figures_of_rows, rows_of_exposures, rows_of_views, train_rows
from .train import Trained, Wish, names_of, train


def parser() -> argparse.ArgumentParser:
    """All that can be asked for."""
    root = argparse.ArgumentParser(prog="imago_training", description="Trains intent models from exported material.")
    commands = root.add_subparsers(dest="command", required=True)
    many = commands.add_parser("federated", help="learn one model from folders of several shops, whose rows are never brought together")
    many.add_argument("export", type=Path, nargs="+", help="a folder that `imago export` wrote, two or more")
    many.set_defaults(kind="dense", monotone={}, held=[])
    one = commands.add_parser("train", help="learn a model from a folder that `imago export` wrote, or from exposures of a running service")
    one.add_argument("export", type=Path, help="the folder, or a file of exposures (.ndjson, .ndjson.gz)")
    one.add_argument("--kind", choices=["dense", "sequence"], default="dense")
    one.add_argument("--held", type=_list, default=[], help="features, or their beginnings, that count as the rules say: nothing is learnt about them")
    one.add_argument("--monotone", type=_signs, default={}, help="as item.popularity_log@1:+,user.aversion@1:-")
    one.add_argument("--as-of", help="exposures: when they were read, an ISO instant; later labels are not settled (default: now)")
    for command in (one, many):
        _shared_options(command)
    return root


def _shared_options(one: argparse.ArgumentParser) -> None:
    one.add_argument("--out", type=Path, required=True, help="where model.onnx, manifest.json and MODEL_CARD.md go")
    one.add_argument("--name", default="intent")
    one.add_argument("--model-version", help="default: the name of the folder --out")
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
    one.add_argument("--only", type=_list, default=[], help="features, or their beginnings, beside which all are left out")
    one.add_argument("--data", help="what it was trained on, for the manifest; default: the name of the data set")


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
    features = [name for name in material.names if not name.startswith(tuple(options.without))]
    if options.only:
        features = [name for name in features if name.startswith(tuple(options.only))]
    return Wish(
        kind=options.kind,
        members=options.members,
        hidden=options.hidden,
        most_drift=options.most_drift,
        features=features,
        monotone=options.monotone,
        held=tuple(options.held),
        recipe=Recipe(options.epochs, 128, options.rate, options.decay, options.drop, options.group, options.seed),
    )


def run_train(options: argparse.Namespace) -> dict:
    """Trains, writes the artefact and gives what was found."""
    if options.export.is_file():
        return run_rows(options, exposures_of(options), "exposure")
    material = read_export(options.export)
    if material.header["protocol"] == "view-to-purchase":
        return run_rows(options, rows_of_views(material), "exposure")
    started = time.process_time()
    trained = train(material, wish_of(options, material))
    seconds = time.process_time() - started
    about = about_of(material, trained, options, seconds)
    dense, names = sample_of(material, trained)
    written = write_artefact(trained.model, options.out, dense, names, about)
    return {**trained.figures, **written, "features": len(trained.columns), "left_out": trained.left_out, "cpu_seconds": round(seconds, 1)}


def run_federated(options: argparse.Namespace) -> dict:
    """Learns from several folders as from shops that keep their rows, writes the artefact and gives what was found."""
    materials = [read_export(folder) for folder in options.export]
    started = time.process_time()
    federated = train_federated(materials, wish_of(options, materials[0]))
    seconds = time.process_time() - started
    spans = [(float(material.at.min()), float(material.at.max())) for material in materials]
    about = {
        "name": options.name,
        "version": options.model_version or options.out.name,
        "calibration": "sampled",
        "from": min(first for first, _ in spans),
        "to": max(last for _, last in spans),
        "exposures": 0,
        "data": options.data or ", ".join(material.header["dataset"] for material in materials),
        "metrics": {"shops": federated.figures},
    }
    about["card"] = card_of_shops(federated, about)
    written = write_artefact(federated.model, options.out, synthetic_rows(federated.quantiles), None, about)
    found = {"features": len(federated.columns), "left_out": federated.left_out, "cpu_seconds": round(seconds, 1)}
    return {"shops": federated.figures, **written, **found}


def exposures_of(options: argparse.Namespace) -> Rows:
    """Exposures of a file, as far as they were settled at the instant asked for."""
    as_of = datetime.fromisoformat(options.as_of) if options.as_of else datetime.now(tz=timezone.utc)
    return rows_of_exposures(read_exposures(lines_of(options.export), as_of.timestamp() * 1000))


def run_rows(options: argparse.Namespace, rows: Rows, calibration: str) -> dict:
    """Trains on single rows with outcomes, writes the artefact and gives what was found."""
    if options.kind != "dense" or options.monotone:
        raise ValueError("single rows carry no sequence and take no --monotone: both need a folder of next events")
    started = time.process_time()
    recipe = Recipe(options.epochs, 512, options.rate, options.decay, options.drop, options.group, options.seed)
    model, columns = train_rows(rows, recipe, options.members, options.hidden, options.most_drift, tuple(options.without))
    figures = figures_of_rows(model, columns, rows)
    seconds = time.process_time() - started
    about = {
        "name": options.name,
        "version": options.model_version or options.out.name,
        "calibration": calibration,
        "from": float(rows.at[rows.train].min()),
        "to": float(rows.at[rows.train].max()),
        "exposures": len(rows.train),
        "data": options.data or options.export.name,
        "metrics": figures,
    }
    about["card"] = card_of_rows(model, rows, about, figures)
    written = write_artefact(model, options.out, rows.features[rows.train][:, columns], None, about)
    return {**figures, **written, "features": len(columns), "looked": model.notes.get("looked"), "cpu_seconds": round(seconds, 1)}


def sample_of(material: Material, trained: Trained) -> tuple[np.ndarray, dict | None]:
    """Rows of training data for quantiles and the golden batch; for a sequence model the first are of one query."""
    learnt = trained.slices.train[material.retrieved[trained.slices.train]]
    drawn = np.random.default_rng(1).permutation(learnt)[:5_000]
    names = names_of(material, trained.model.shape, drawn[0])
    if names is not None:
        names = {k: (np.resize(v, 5_000) if k.startswith("cand_") else v) for k, v in names.items()}
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
        found = run_federated(options) if options.command == "federated" else run_train(options)
        print(json.dumps(found, indent=2))
    except ValueError as fault:
        raise SystemExit(f"imago_training: {fault}") from fault
