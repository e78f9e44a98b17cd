"""What is written is what was learnt."""

import json
import tempfile
import unittest
from pathlib import Path

import numpy as np

from imago_training import autodiff as ad
from imago_training.artefact import feeds_of, parity, session_of, write_artefact
from imago_training.fit import Recipe, listwise_loss
from imago_training.graph import to_onnx
from imago_training.network import Shape, initial
from imago_training.train import Wish, names_of, ndcg_of, train
from tests.made_up import NAMES, VOCABULARIES, material_of

QUICK = Recipe(epochs=4, batch=64, rate=1e-2, decay=0, drop=0, group=20)


def written(kind: str, **wish: object):
    """A trained model, its material and its file."""
    material = material_of(600, heads=3)
    trained = train(material, Wish(kind=kind, members=2, hidden=(12, 6), recipe=QUICK, **wish))
    return material, trained, to_onnx(trained.model, {}).SerializeToString()


class Gradients(unittest.TestCase):
    def test_are_those_of_small_steps(self) -> None:
        shape = Shape(NAMES, ["click", "purchase"], (5, 4), free=2, signs=[1, -1], sequence=3, vocabularies=VOCABULARIES, types=28, width=3)
        rng = np.random.default_rng(8)
        params = initial(shape, rng)
        for node in params.values():
            node.value = node.value.astype(np.float64) + rng.normal(0, 0.1, node.value.shape)
        inputs = {"dense": rng.normal(size=(2, 6, 4)), "seq_gap": rng.random((2, 3)), "seq_type": rng.integers(0, 5, (2, 3))}
        for name in ("category", "brand"):
            inputs[f"seq_{name}"], inputs[f"cand_{name}"] = rng.integers(0, 4, (2, 3)), rng.integers(0, 4, (2, 6))
        batch = (inputs, np.zeros((2, 6), np.float32), np.array([1, 4]), np.array([[True, True], [True, False]]))

        def loss() -> ad.Node:
            return listwise_loss(shape, params, batch, 0, rng)

        loss().backward()
        for name, node in params.items():
            at = tuple(rng.integers(0, size) for size in node.value.shape)
            given, before, step = node.grad[at], node.value[at], 1e-3
            ends = []
            for end in (before + step, before - step):
                node.value[at] = end
                ends.append(float(loss().value))
            node.value[at] = before
            self.assertAlmostEqual(float(given), (ends[0] - ends[1]) / (2 * step), delta=2e-3, msg=name)


class Files(unittest.TestCase):
    def test_the_runtime_says_what_the_model_says(self) -> None:
        for kind in ("dense", "sequence"):
            material, trained, file = written(kind)
            for query in trained.slices.measure[:5]:
                own = slice(material.first[query], material.first[query + 1])
                dense = material.features[own][:, trained.columns]
                self.assertLessEqual(parity(trained.model, file, dense, names_of(material, trained.model.shape, query)), 1e-5)

    def test_learns_the_rule_behind_the_clicks_and_the_sequence_adds_what_features_lack(self) -> None:
        dense, sequence = (written(kind) for kind in ("dense", "sequence"))
        figures = [trained.figures["ndcg10"] for _, trained, _ in (dense, sequence)]
        self.assertGreater(figures[0], 0.5)
        self.assertGreater(figures[1], figures[0])

    def test_a_funnel_never_rises_and_extreme_values_stay_probabilities(self) -> None:
        _, trained, file = written("dense")
        self.assertEqual(trained.model.shape.heads, ["click", "addToCart", "purchase"])
        dense = np.concatenate([np.random.default_rng(9).normal(0, 3, (50, 4)), np.full((1, 4), 3e38), np.full((1, 4), -3e38)])
        scores = session_of(file).run(["scores"], {"dense": dense.astype(np.float32)})[0]
        self.assertTrue(np.isfinite(scores).all() and scores.min() >= 0 and scores.max() <= 1)
        self.assertTrue((scores[:, 0] >= scores[:, 1]).all() and (scores[:, 1] >= scores[:, 2]).all())

    def test_a_claim_of_monotony_holds_everywhere(self) -> None:
        claims = {"cross.cf@1": 1, "user.aversion@1": -1}
        material, trained, _ = written("dense", monotone=claims)
        features = trained.model.shape.features
        self.assertEqual(dict(zip(features[2:], trained.model.shape.signs)), claims)
        rows = material.features[:200][:, trained.columns]
        for name, sign in claims.items():
            sweep = []
            for value in np.linspace(-4, 4, 11):
                moved = rows.copy()
                moved[:, features.index(name)] = value
                sweep.append(trained.model.predict(moved)[:, 0])
            self.assertGreaterEqual((sign * np.diff(sweep, axis=0)).min(), -1e-9)

    def test_an_id_beyond_the_tables_counts_as_unknown(self) -> None:
        material, trained, file = written("sequence")
        query = trained.slices.measure[0]
        dense = material.features[material.first[query] : material.first[query + 1]][:, trained.columns]
        feeds = feeds_of(trained.model, dense, names_of(material, trained.model.shape, query))
        unknown, beyond = ({**feeds, "cand_category": np.full(len(dense), value)} for value in (0, 10**9))
        session = session_of(file)
        np.testing.assert_array_equal(session.run(None, unknown)[0], session.run(None, beyond)[0])

    def test_a_row_does_not_depend_on_its_neighbours(self) -> None:
        material, trained, file = written("dense")
        dense = material.features[:40][:, trained.columns]
        session = session_of(file)
        alone = np.concatenate([session.run(None, {"dense": row[None]})[0] for row in dense])
        np.testing.assert_allclose(session.run(None, {"dense": dense})[0], alone, atol=1e-6)


class Manifest(unittest.TestCase):
    def test_says_all_that_the_service_asks_for(self) -> None:
        material, trained, _ = written("sequence")
        query = trained.slices.measure[0]
        dense = material.features[material.first[query] : material.first[query + 1]][:, trained.columns]
        about = {"name": "intent", "version": "v1", "calibration": "sampled", "from": 0.0, "to": 1e12, "exposures": 0, "data": "made up", "metrics": {}, "card": "#\n"}
        with tempfile.TemporaryDirectory() as folder:
            write_artefact(trained.model, Path(folder), dense, names_of(material, trained.model.shape, query), about)
            manifest = json.loads((Path(folder) / "manifest.json").read_text())
        self.assertEqual(manifest["kind"], "sequence")
        self.assertEqual(manifest["vocabularies"], {"category": 6, "brand": 3, "type": 28})
        self.assertEqual(manifest["training"]["from"], "1970-01-01T00:00:00Z")
        self.assertEqual(len(manifest["golden"]["dense"]), 16)
        self.assertEqual({len(manifest["golden"][name]) for name in ("scores", "cand_category")}, {16})
        self.assertTrue(all(len(points) == 11 and points == sorted(points) for points in manifest["quantiles"].values()))


class Held(unittest.TestCase):
    def test_a_held_feature_counts_as_the_rules_say_and_no_layer_sees_it(self) -> None:
        _, trained, _ = written("dense", held=("item.",))
        shape, scaling = trained.model.shape, trained.model.scaling
        held = shape.features.index("item.popularity_log@1")
        for member in trained.model.members:
            # Without rules in the material popularity begins with weight 1, which counts as much as its deviation once it is scaled.
            self.assertAlmostEqual(float(member["skip"][held, 0]), float(scaling.deviation[held]), places=6)
            self.assertFalse(member["w1"][held].any())
            self.assertTrue(member["w1"][1 - held].any() and member["skip"][1 - held, 0] != 0)


class Calibration(unittest.TestCase):
    def test_what_is_said_is_what_happens_on_a_later_slice(self) -> None:
        material = material_of(2500)
        trained = train(material, Wish(members=1, hidden=(12, 6), recipe=QUICK))
        figures = trained.figures
        self.assertLess(abs(figures["calibration_slope"] - 1), 4 * figures["calibration_slope_error"])
        self.assertLess(figures["click_ece"], 0.01)
        again = ndcg_of(trained.model, material, trained.columns, trained.slices.measure)
        self.assertAlmostEqual(float(again.mean()), figures["ndcg10"], places=3)


if __name__ == "__main__":
    unittest.main()
