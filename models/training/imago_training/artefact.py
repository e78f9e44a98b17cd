"""Writes a model with its manifest and card, and reads one back, through the runtime that serves it."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import onnxruntime

from .graph import to_onnx
from .model import Model, tensors_of_sequence
from .network import Inputs

PARITY = 1e-5
GOLDEN_ROWS = 16


def session_of(file: Path | bytes) -> onnxruntime.InferenceSession:
    """The runtime with one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(file if isinstance(file, bytes) else str(file), options, providers=["CPUExecutionProvider"])


def feeds_of(model: Model, dense: np.ndarray, names: Inputs | None) -> dict[str, np.ndarray]:
    """Tensors in the types of the contract."""
    feeds = {"dense": dense.astype(np.float32)}
    for name in tensors_of_sequence(model.shape):
        feeds[name] = names[name].astype(np.float32 if name == "seq_gap" else np.int64)
    return feeds


def parity(model: Model, file: bytes, dense: np.ndarray, names: Inputs | None) -> float:
    """The largest difference between the model here and in the runtime."""
    served = session_of(file).run(["scores"], feeds_of(model, dense, names))[0]
    return float(np.abs(served - model.predict(dense, names)).max())


def golden_batch(model: Model, file: bytes, dense: np.ndarray, names: Inputs | None) -> dict:
    """Rows and what the runtime answers: real ones, the lowest and the highest of everything."""
    lowest, highest = model.scaling.low[None], model.scaling.high[None]
    rows = np.concatenate([dense[: GOLDEN_ROWS - 2], lowest, highest]).astype(np.float32)
    if names is not None:
        names = {k: (np.resize(v, len(rows)) if k.startswith("cand_") else v) for k, v in names.items()}
    feeds = feeds_of(model, rows, names)
    scores = session_of(file).run(["scores"], feeds)[0]
    return {**{name: value.tolist() for name, value in feeds.items()}, "scores": scores.tolist()}


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at / 1000, tz=timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")


def write_artefact(model: Model, out: Path, dense: np.ndarray, names: Inputs | None, about: dict) -> dict:
    """Writes model.onnx, manifest.json and MODEL_CARD.md; raises ArithmeticError when the runtime does not say what the model says.

    `dense` are raw rows of training data, from which quantiles and the golden batch come; `about` has name, version, calibration, training, metrics and card.
    """
    shape = model.shape
    monotone = {name: sign for name, sign in zip(shape.features[shape.free :], shape.signs)}
    metadata = {"model_name": about["name"], "model_version": about["version"], "heads": ",".join(shape.heads), "feature_count": str(len(shape.features))}
    file = to_onnx(model, metadata).SerializeToString()
    few = dense[:500]
    candidates = {k: (v[:500] if k.startswith("cand_") else v) for k, v in names.items()} if names else None
    difference = parity(model, file, few, candidates)
    if difference > PARITY:
        raise ArithmeticError(f"the runtime differs from the model by {difference}, at most {PARITY} is allowed")
    manifest = {
        "name": about["name"],
        "version": about["version"],
        "kind": "sequence" if shape.sequence else "dense",
        "heads": shape.heads,
        "featureNames": shape.features,
        "tagNames": [],
        "vocabularies": {**{n: shape.vocabularies[n] for n in shape.embedded}, "type": shape.types} if shape.sequence else {},
        "calibration": about["calibration"],
        "training": {"from": _iso(about["from"]), "to": _iso(about["to"]), "exposures": about["exposures"], "data": about["data"]},
        "metrics": about["metrics"],
        "quantiles": {n: _rounded(np.quantile(dense[:, i], np.linspace(0, 1, 11))) for i, n in enumerate(shape.features)},
        "missing": {},
        "monotone": monotone,
        "golden": golden_batch(model, file, few, candidates),
    }
    out.mkdir(parents=True, exist_ok=True)
    (out / "model.onnx").write_bytes(file)
    (out / "manifest.json").write_text(json.dumps(manifest, separators=(",", ":")) + "\n")
    (out / "MODEL_CARD.md").write_text(about["card"])
    return {"bytes": len(file), "parity": difference}


def _rounded(values: np.ndarray) -> list[float]:
    return [float(f"{value:.6g}") for value in values]
