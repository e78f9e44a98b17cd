"""What would make a model look better than it is."""

import unittest
from dataclasses import replace

import numpy as np

from imago_training import metrics
from imago_training.material import Material
from imago_training.sampling import draw_groups, row_weights, slice_by_time, stands_for
from tests.made_up import material_of


def shuffled(material: Material, rng: np.random.Generator) -> tuple[Material, np.ndarray]:
    """The same rows, in another order within every query."""
    order = np.concatenate([start + rng.permutation(end - start) for start, end in zip(material.first[:-1], material.first[1:])])
    return replace(material, features=material.features[order], labels=material.labels[order]), order


class Ranking(unittest.TestCase):
    def test_another_order_of_candidates_changes_no_figure(self) -> None:
        material = material_of(100)
        other, order = shuffled(material, np.random.default_rng(2))
        for scores in (material.features[:, 1], np.round(material.features[:, 1]), np.zeros(len(material.features))):
            place, again = (
                metrics.places(s, m.labels[:, 0], m.first) for s, m in ((scores, material), (scores[order], other))
            )
            np.testing.assert_array_equal(metrics.ndcg(place), metrics.ndcg(again))
            self.assertEqual(metrics.auc(scores, material.labels[:, 0]), metrics.auc(scores[order], other.labels[:, 0]))

    def test_a_constant_scorer_hits_no_more_than_chance(self) -> None:
        material = material_of(200)
        constant = np.zeros(len(material.features))
        # Ties count against the target, so that it stands last; broken by chance, it is among the first 10 of 40 in 10 / 40 of the cases.
        self.assertEqual(metrics.hit_rate(metrics.places(constant, material.labels[:, 0], material.first), 10), 0)
        rng = np.random.default_rng(3)
        whole = np.flatnonzero(material.whole)
        rows = material.rows_of(whole)
        first = np.arange(len(whole) + 1) * 40
        rates = [metrics.hit_rate(metrics.places(rng.random(len(rows)), material.labels[rows, 0], first), 10) for _ in range(200)]
        self.assertAlmostEqual(float(np.mean(rates)), 10 / 40, delta=0.02)
        self.assertEqual(metrics.auc(constant, material.labels[:, 0]), 0.5)

    def test_a_target_that_was_not_retrieved_has_no_place(self) -> None:
        place = metrics.places(np.array([1.0, 2.0, 3.0]), np.array([0, 0, 1]), np.array([0, 2, 3]))
        np.testing.assert_array_equal(place, [np.inf, 0])
        np.testing.assert_array_equal(metrics.ndcg(place), [0, 1])


class Sampling(unittest.TestCase):
    def test_refuses_a_target_that_serving_would_not_have_drawn(self) -> None:
        material = material_of(10)
        material.retrieved[4] = False
        with self.assertRaisesRegex(ValueError, "not retrieved"):
            draw_groups(material, np.arange(10), 8, np.random.default_rng(1))

    def test_draws_every_candidate_of_the_pool_alike(self) -> None:
        material = material_of(1, pool=20, whole_from=0)
        rng, counts = np.random.default_rng(4), np.zeros(20)
        for _ in range(4000):
            rows, target = draw_groups(material, np.array([0]), 6, rng)
            self.assertTrue(material.labels[rows[0, target[0]], 0])
            np.add.at(counts, rows[0], 1)
        positive = np.flatnonzero(material.labels[:, 0])[0]
        self.assertEqual(counts[positive], 4000)
        # Five of nineteen others each time: 4000 * 5 / 19 = 1053, within five deviations.
        np.testing.assert_allclose(np.delete(counts, positive), 1053, atol=5 * np.sqrt(4000 * 5 / 19 * 14 / 19))

    def test_puts_the_target_at_every_place_of_the_group(self) -> None:
        _, target = draw_groups(material_of(2000, pool=12, whole_from=0), np.arange(2000), 8, np.random.default_rng(5))
        np.testing.assert_allclose(np.bincount(target, minlength=8), 250, atol=5 * np.sqrt(250))

    def test_lets_drawn_candidates_stand_for_their_pool(self) -> None:
        material = material_of(1, pool=40, whole_from=2)
        # 19 of 39 others were kept, each for 39 / 19.
        weights = row_weights(material, np.array([0]))
        self.assertAlmostEqual(weights.sum(), 40)
        self.assertEqual(weights[material.labels[:, 0]].tolist(), [1])

    def test_lets_a_group_speak_for_its_pool_in_the_shares_of_a_target(self) -> None:
        material = material_of(1, pool=40, whole_from=0)
        rng, scores = np.random.default_rng(6), material.features[:, 1].astype(float)
        positive = np.flatnonzero(material.labels[:, 0])[0]
        sums = []
        for _ in range(4000):
            rows, target = draw_groups(material, np.array([0]), 9, rng)
            sums.append(np.exp(scores[rows] + stands_for(material, np.array([0]), rows, target)).sum())
        # What all candidates weigh together is met on average, though only eight of 39 others are drawn.
        self.assertAlmostEqual(float(np.mean(sums)) / np.exp(scores).sum(), 1, delta=0.03)
        self.assertEqual(rows[0, target[0]], positive)

    def test_gives_a_gap_no_share(self) -> None:
        material = material_of(1, pool=5, whole_from=0)
        rows, target = draw_groups(material, np.array([0]), 8, np.random.default_rng(7))
        shares = np.exp(stands_for(material, np.array([0]), rows, target))
        self.assertEqual((rows < 0).sum(), 3)
        np.testing.assert_array_equal(shares[rows < 0], 0)

    def test_learns_from_nothing_later_than_what_it_is_measured_on(self) -> None:
        material = material_of(300)
        slices = slice_by_time(material)
        self.assertLess(material.at[slices.train].max(), material.at[slices.validate].min())
        self.assertLess(material.at[slices.validate].max(), material.at[slices.measure].min())


class Probability(unittest.TestCase):
    def test_finds_slope_and_intercept_of_a_known_distortion(self) -> None:
        rng = np.random.default_rng(6)
        x = rng.normal(-2, 1, 40_000)
        labels = rng.random(40_000) < 1 / (1 + np.exp(-(0.5 * x - 1)))
        beta, errors = metrics.fit_line(x, labels.astype(float))
        self.assertLess(abs(beta[0] - 0.5), 4 * errors[0])
        self.assertLess(abs(beta[1] + 1), 4 * errors[1])

    def test_says_nothing_is_wrong_with_true_probabilities(self) -> None:
        rng = np.random.default_rng(7)
        p = rng.random(30_000) * 0.1
        labels = rng.random(30_000) < p
        self.assertLess(metrics.expected_calibration_error(p, labels), 0.005)
        self.assertLess(metrics.normalised_entropy(p, labels, float(labels.mean())), 1)


if __name__ == "__main__":
    unittest.main()
