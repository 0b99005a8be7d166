"""How the saved answers are counted."""

import itertools

import numpy as np
import pytest
from bench.labelling import batches, needed, summary
from bench.labelling_table import labelling

COUNTS = np.array([5, 10, 20])


@pytest.mark.parametrize(("goal", "answers"), [
    (0.0, 0.0), (0.25, 2.5), (0.5, 5.0), (0.55, 7.5), (0.7, 15.0), (0.8, 20.0), (0.81, np.inf),
])  # fmt: skip
def test_answers_are_read_off_the_curve(goal, answers):
    accuracy = np.array([0.5, 0.6, 0.8])
    assert needed(COUNTS, accuracy, goal) == pytest.approx(answers)


def test_where_a_curve_falls_again_the_first_time_counts():
    assert needed(COUNTS, np.array([0.5, 0.7, 0.6]), 0.6) == pytest.approx(7.5)


def test_the_head_learns_after_five_more_and_later_after_a_tenth_more():
    assert batches(40) == [5, 10, 15, 20, 25, 30, 35, 40]
    found = batches(770)
    assert found[-1] == 770
    assert all(b - a <= max(5, a // 10) for a, b in itertools.pairwise(found))


def test_the_share_is_of_the_mean_curves_and_the_mean_is_over_the_sets():
    cells = []
    for seed, up in enumerate((0.0, 0.1)):
        for order, start in (("random", 0.4), ("ours", 0.6), ("ours with checks", 0.5)):
            points = [{"answers": n, "accuracy": start + up + n / 100} for n in (5, 10, 20)]
            cells.append({"set": "news", "order": order, "seed": seed, "points": points})
    found = summary(cells)
    assert found["sets"]["news"]["answers"] == 20
    assert found["sets"]["news"]["random"] == pytest.approx([0.6, 0.7])
    shares = {order: found["sets"]["news"][order]["share"] for order in found["mean_share"]}
    assert found["mean_share"] == shares
    assert shares["ours"] == pytest.approx(5 * 0.65 / 0.7 / 20)
    assert shares["ours with checks"] == pytest.approx(10 / 20)
    table = labelling({"summary": found})
    assert "| news | 20 | .650 ± .071 |" in table
    assert table.count("\n") == 4
