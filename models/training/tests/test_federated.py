"""Shops that learn one model together and keep their rows."""

import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

import numpy as np

from imago_training.artefact import write_artefact
from imago_training.federated import Shop, average_weights, common_scaling, mean_by, synthetic_rows, train_federated
from imago_training.fit import Recipe
from imago_training.train import Wish
from tests.made_up import material_of

WISH = Wish(members=1, hidden=(8, 4), most_drift=9, recipe=Recipe(epochs=4, batch=32, rate=5e-3, decay=0, drop=0, group=12, seed=3))


class Averages(unittest.TestCase):
    def test_counts_each_shop_by_its_queries(self) -> None:
        # (300 * 1 + 100 * 5) / 400 = 2
        mean = average_weights([{"w": np.array([1.0, 0.0])}, {"w": np.array([5.0, 4.0])}], [300, 100])
        np.testing.assert_allclose(mean["w"], [2, 1])
        np.testing.assert_allclose(mean_by([np.array(1.0), np.array(3.0)], [1, 1]), 2)

    def test_makes_of_sums_alone_the_scale_of_all_rows_together(self) -> None:
        materials = [material_of(200, seed=1), material_of(300, seed=2)]
        shops = [Shop(material, 0.15, 12, 3) for material in materials]
        scaling = common_scaling(shops, [0, 1, 2, 3], [shop.spread() for shop in shops])
        rows = np.concatenate([m.features[s._before] for m, s in zip(materials, shops)])
        cut = np.clip(rows, scaling.low, scaling.high).astype(np.float64)
        np.testing.assert_allclose(scaling.mean, cut.mean(axis=0), atol=1e-5)
        np.testing.assert_allclose(scaling.deviation, cut.std(axis=0), atol=1e-5)


class Together(unittest.TestCase):
    def test_equals_learning_alone_where_all_shops_are_one_and_the_same(self) -> None:
        material = material_of(200)
        shop = Shop(material, 0.15, 12, 3)
        once, twice = (train_federated([material] * n, replace(WISH, recipe=replace(WISH.recipe, epochs=2))) for n in (2, 3))
        for name, value in once.model.members[0].items():
            np.testing.assert_allclose(value, twice.model.members[0][name], atol=1e-5)
        self.assertEqual(twice.queries, 3 * shop.queries[0])

    def test_learns_what_the_shops_have_in_common(self) -> None:
        found = train_federated([material_of(400, seed=1), material_of(300, seed=2)], WISH)
        for figures in found.figures:
            # The rule behind the made-up data beats chance, whose NDCG@10 over 40 candidates is 0.114.
            self.assertGreater(figures["ndcg10"], 0.25)

    def test_refuses_what_is_no_federation(self) -> None:
        material = material_of(200)
        other = replace(material, header={**material.header, "featureNames": ["a", "b", "c", "d"]})
        for materials in ([material], [material, other]):
            with self.assertRaisesRegex(ValueError, "two shops or more"):
                train_federated(materials, WISH)
        with self.assertRaisesRegex(ValueError, "dense"):
            train_federated([material, material], replace(WISH, kind="sequence"))
        with self.assertRaisesRegex(ValueError, "100 are needed"):
            train_federated([material, material_of(60)], WISH)

    def test_writes_an_artefact_with_nobodys_rows(self) -> None:
        materials = [material_of(200, seed=1), material_of(200, seed=2)]
        found = train_federated(materials, replace(WISH, recipe=replace(WISH.recipe, epochs=1)))
        rows = synthetic_rows(found.quantiles)
        real = {tuple(row) for material in materials for row in material.features[:, found.columns].round(4)}
        self.assertFalse(real & {tuple(row) for row in rows[:100].round(4)})
        about = {"name": "intent", "version": "1", "calibration": "sampled", "from": 0, "to": 1, "exposures": 0, "data": "made-up", "metrics": {}, "card": ""}
        with tempfile.TemporaryDirectory() as folder:
            self.assertLess(write_artefact(found.model, Path(folder), rows, None, about)["parity"], 1e-5)


if __name__ == "__main__":
    unittest.main()
