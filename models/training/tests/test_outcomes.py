"""What the log does to labels: places that are looked at less, and outcomes that have not come yet."""

import json
import unittest
from datetime import datetime, timezone

import numpy as np

from imago_training.exposures import ExposureTable, read_exposures
from imago_training.fit import Recipe
from imago_training.pointwise import part, rows_of_exposures, train_rows

DAY = 86_400_000
LOOKED = np.array([1, 0.6, 0.4, 0.3, 0.2])
RECIPE = Recipe(epochs=8, batch=256, rate=5e-3, decay=0, drop=0)


def logistic(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def ranked_log(rows: int, seed: int) -> tuple[ExposureTable, np.ndarray]:
    """Exposures whose place follows `old`, which nobody cares for, with some chance; people care for `good`. Also the true chances of a click."""
    rng = np.random.default_rng(seed)
    good, old = rng.normal(size=rows), rng.normal(size=rows)
    position = np.clip(np.round(3 - 1.2 * old + rng.normal(size=rows)), 1, 5).astype(int)
    worth = logistic(good - 0.5)
    clicked = rng.random(rows) < LOOKED[position - 1] * worth
    table = ExposureTable(
        names=["good", "old"],
        heads=["click"],
        features=np.stack([good, old], axis=1).astype(np.float32),
        labels=clicked[:, None],
        mature=np.ones((rows, 1), bool),
        position=position,
        user=rng.integers(0, 500, rows),
        at=np.arange(rows, dtype=float),
    )
    return table, worth


class Position(unittest.TestCase):
    def test_a_known_bias_of_position_is_taken_out(self) -> None:
        table, worth = ranked_log(30_000, 1)
        fair, columns = train_rows(rows_of_exposures(table), RECIPE, hidden=(8, 4))
        table.position[:] = 1
        blind, _ = train_rows(rows_of_exposures(table), RECIPE, hidden=(8, 4))
        self.assertEqual(columns, [0, 1])
        np.testing.assert_allclose(fair.notes["looked"][2:6], LOOKED[1:], atol=0.08)
        errors = [np.abs(model.predict(table.features)[:, 0] - worth).mean() for model in (fair, blind)]
        self.assertLess(errors[0], 0.05)
        self.assertGreater(errors[1], 3 * errors[0])
        # Of two equally good items, the one that used to stand on top is not preferred any more.
        twins = np.array([[0.5, 2], [0.5, -2]], np.float32)
        said = [model.predict(twins)[:, 0] for model in (fair, blind)]
        self.assertLess(abs(said[0][0] - said[0][1]), 0.08)
        self.assertGreater(said[1][0] - said[1][1], 0.2)


class Delay(unittest.TestCase):
    def test_purchases_that_come_late_do_not_lower_what_is_foretold(self) -> None:
        rng = np.random.default_rng(2)
        rows, rate, as_of = 40_000, 0.2, 14 * DAY
        at = np.sort(rng.random(rows) * as_of)
        x = rng.normal(size=(rows, 1)).astype(np.float32)
        bought = rng.random(rows) < rate
        # Half of all orders come after two days or more, and what came after `as_of` is not known.
        known = bought & (at + rng.random(rows) * 4 * DAY <= as_of)
        settled = at + 7 * DAY <= as_of
        labels = np.stack([np.ones(rows, bool), known], axis=1)
        means = []
        for mature in (settled, np.ones(rows, bool)):
            both = np.stack([np.ones(rows, bool), mature], axis=1)
            table = ExposureTable(["x"], ["click", "purchase"], x, labels, both, np.zeros(rows, int), rng.integers(0, 99, rows), at)
            own = rows_of_exposures(table, (0.25, 0.99) if mature is settled else (0.7, 0.99))
            model, _ = train_rows(own, RECIPE, hidden=(4, 4))
            means.append(model.predict(x[own.measure])[:, 1].mean())
        self.assertAlmostEqual(means[0], rate, delta=0.012)
        self.assertLess(means[1], rate - 0.03)

    def test_a_label_before_its_time_says_nothing(self) -> None:
        table, _ = ranked_log(1_000, 3)
        table.mature[:, 0] = np.arange(1_000) < 800
        what = part(rows_of_exposures(table).what, np.array([799, 800]))
        self.assertEqual(what.mature[:, 0].tolist(), [True, False])


class Reading(unittest.TestCase):
    AT = datetime(2026, 1, 1, tzinfo=timezone.utc).timestamp() * 1000

    def line(self, hour: int, bought: bool, seen: bool = True) -> str:
        served = f"2026-01-01T{hour:02}:00:00.000Z"
        labels = {
            "click": {"label": 0, "labelMatureAt": f"2026-01-01T{hour + 1:02}:00:00.000Z"},
            "purchase": {"label": int(bought), "labelMatureAt": "2026-01-08T00:00:00.000Z"},
        }
        return json.dumps({"servedAt": served, "user": "u", "position": hour, "seen": seen, "features": {"b": hour, "a": 0}, "labels": labels})

    def test_reads_lines_in_the_order_of_serving_and_closes_the_funnel(self) -> None:
        table = read_exposures([self.line(3, True), self.line(1, False), self.line(2, False, seen=False)], self.AT + DAY, ("click", "purchase"))
        self.assertEqual(table.names, ["a", "b"])
        self.assertEqual(table.position.tolist(), [1, 3])
        self.assertEqual(table.labels.tolist(), [[False, False], [True, True]])
        self.assertEqual(table.mature.tolist(), [[True, False], [True, False]])

    def test_refuses_nothing(self) -> None:
        with self.assertRaisesRegex(ValueError, "no exposure"):
            read_exposures([], self.AT)


if __name__ == "__main__":
    unittest.main()
