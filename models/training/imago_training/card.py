"""The card of a model: what it is, what it was made from, what was measured and what it must not be used for."""

from __future__ import annotations

import argparse
from datetime import datetime, timezone

from .federated import Federated
from .material import Material
from .model import Model
from .pointwise import Rows
from .train import Trained


def _day(at: float) -> str:
    return datetime.fromtimestamp(at / 1000, tz=timezone.utc).date().isoformat()


def _rules_line(figures: dict) -> list[str]:
    if "rules_ndcg10" not in figures:
        return []
    apart = f"{figures['over_rules']:+.4f} [{figures['over_rules_low']:+.4f}, {figures['over_rules_high']:+.4f}]"
    return [f"| NDCG@10 of the default rules on the same pools, and the model less that | {figures['rules_ndcg10']:.4f}, {apart} |"]


def card_of(material: Material, trained: Trained, about: dict, options: argparse.Namespace, seconds: float) -> str:
    """Markdown."""
    header, shape, figures = material.header, trained.model.shape, trained.figures
    slices = trained.slices
    span = " to ".join(_day(about[end]) for end in ("from", "to"))
    held = f"{_day(material.at[slices.measure].min())} to {_day(material.at[slices.measure].max())}"
    kind = "dense network" if not shape.sequence else f"dense network with attention over the last {shape.sequence} acts"
    same = len(shape.heads) > 1 and not trained.model.slope[1:].any()
    lines = [
        f"# Intent model {about['name']} {about['version']}",
        "",
        f"A {kind}: {len(trained.model.members)} members of {shape.hidden[0]} and {shape.hidden[1]} units, averaged; {len(shape.features)} features in, "
        f"{', '.join(shape.heads)} out. Scaling, calibration and the funnel are inside the graph.",
        "",
        "## Made from",
        "",
        f"- Data: {about['data']}. Training {span}: {trained.learnt} queries whose target had been retrieved, "
        f"at most {options.group - 1} other candidates of each query's own pool, drawn with equal chance.",
        "- Every feature is of the instant before the event, replayed through the service's own code.",
        f"- Stopped by NDCG@10 and calibrated on the slice after; nothing of the {'tuning and final slices' if header['tune'] else 'final slice'} of `evaluate` is in it.",
        f"- Features left out because their spread moved (index above {options.most_drift}): {', '.join(trained.left_out) or 'none'}.",
        *([f"- Held at what the rules say, nothing learnt about them: features that begin with {', '.join(options.held)}."] if options.held else []),
        f"- Seed {options.seed}, {seconds:.0f} s of one CPU, "
        f"`python -m imago_training train EXPORT --out DIR --kind {options.kind} --members {options.members} --hidden {shape.hidden[0]},{shape.hidden[1]} "
        f"--epochs {options.epochs} --rate {options.rate:g} --decay {options.decay:g} --drop {options.drop:g} --most-drift {options.most_drift:g}"
        f"{''.join(f' --{name} ' + ','.join(part) for name, part in (('only', options.only), ('held', options.held)) if part)}`.",
        "",
        f"## Measured on {held}, after everything that was learnt, stopped by or calibrated on",
        "",
        f"{figures['queries']} queries with their whole pool, {100 * figures['retrieved']:.1f} % of the targets retrieved; ranges by drawing users anew, 95 %.",
        "",
        "| figure | value |",
        "| --- | --- |",
        f"| NDCG@10, a target that was not retrieved counts 0 | {figures['ndcg10']:.4f} [{figures['ndcg10_low']:.4f}, {figures['ndcg10_high']:.4f}] |",
        *_rules_line(figures),
        f"| AUC of click over the pool | {figures['click_auc']:.4f} |",
        f"| log loss over that of the base rate | {figures['click_ne']:.4f} |",
        f"| calibration error, 15 bins of equal size | {figures['click_ece']:.6f} |",
        f"| slope, intercept | {figures['calibration_slope']:.3f} ± {figures['calibration_slope_error']:.3f}, "
        f"{figures['calibration_intercept']:.3f} ± {figures['calibration_intercept_error']:.3f} |",
        "",
        "## Read with care",
        "",
        "- The data hold what people did and not what they were shown. A score is the chance that a candidate of such a pool is the next new thing that the "
        "user takes (`calibration: sampled`), not the chance that a shown card is clicked.",
    ]
    if same:
        lines.append("- The data hold purchases alone, so that the heads differ by a constant only; they rank alike.")
    lines += [
        "- Learnt from one shop and one time. Train on your own log before you rely on it: `imago export` or `GET /exports/exposures`, then the same command.",
        "- Feature distributions are in the manifest; the service compares live traffic with them.",
        "",
    ]
    return "\n".join(lines)


def card_of_rows(model: Model, rows: Rows, about: dict, figures: dict) -> str:
    """Markdown, for a model of single rows with outcomes."""
    shape = model.shape
    spans = [f"{_day(rows.at[part].min())} to {_day(rows.at[part].max())}" for part in (rows.train, rows.measure)]
    lines = [
        f"# Intent model {about['name']} {about['version']}",
        "",
        f"A dense network: {len(model.members)} members of {shape.hidden[0]} and {shape.hidden[1]} units, averaged; {len(shape.features)} features in, "
        f"{', '.join(shape.heads)} out. Scaling, calibration and the funnel are inside the graph.",
        "",
        f"- Data: {about['data']}. {len(rows.train)} rows of {spans[0]}; a label that was not settled is not learnt from.",
        "- Stopped and calibrated on the slice after.",
    ]
    if "looked" in model.notes:
        lines.append("- How often a place is looked at was learnt beside, and is served as the first place.")
    lines += [
        "",
        f"## Measured on {spans[1]}, after everything that was learnt, stopped by or calibrated on",
        "",
        "| head | rows | rate | said | AUC [95 % by users] | log loss over that of the base rate | calibration error, 15 bins | slope | intercept |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for head, f in figures.items():
        lines.append(
            f"| {head} | {f['rows']} | {f['rate']:.4f} | {f['said']:.4f} | {f['auc']:.3f} [{f['auc_low']:.3f}, {f['auc_high']:.3f}] | {f['ne']:.3f} | "
            f"{f['ece15']:.4f} | {f['slope']:.2f} ± {f['slope_error']:.2f} | {f['intercept']:.2f} ± {f['intercept_error']:.2f} |"
        )
    return "\n".join([*lines, ""])


def card_of_shops(federated: Federated, about: dict) -> str:
    """Markdown, for a model that several shops learnt together."""
    shape = federated.model.shape
    lines = [
        f"# Intent model {about['name']} {about['version']}",
        "",
        f"A dense network: {len(federated.model.members)} members of {shape.hidden[0]} and {shape.hidden[1]} units, averaged; {len(shape.features)} features in, "
        f"{', '.join(shape.heads)} out. Learnt by {len(federated.figures)} shops that kept their rows: what left them are quantiles, sums, weights and averages.",
        "",
        f"- Data: {about['data']}, {_day(about['from'])} to {_day(about['to'])}; {federated.queries} queries whose target had been retrieved.",
        "- Rows of the golden batch and behind the quantiles are drawn along averaged quantiles, each feature by itself; they are nobody's.",
        "- Weights of a shop are no rows, but they are learnt from rows and carry no formal guarantee of privacy.",
        "",
        "| shop | queries | NDCG@10 [95 %] | of the rules on the same pools |",
        "| --- | --- | --- | --- |",
    ]
    for shop, f in enumerate(federated.figures, start=1):
        rules = f"{f['rules_ndcg10']:.4f}" if "rules_ndcg10" in f else "–"
        lines.append(f"| {shop} | {f['queries']} | {f['ndcg10']:.4f} [{f['ndcg10_low']:.4f}, {f['ndcg10_high']:.4f}] | {rules} |")
    return "\n".join([*lines, ""])
