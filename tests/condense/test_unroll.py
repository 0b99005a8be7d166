"""Training on learned items: its gradients are right, and learning the items pays."""

import numpy as np
import pytest

from _condensed import corpus
from nanonet.condense import SYNTHETIC, Study, distil_items, read_condensed, write_synthetic
from nanonet.errors import UserError

torch = pytest.importorskip("torch", reason="li-li needs torch")

from nanonet.condense.textcnn import Bag, TextCnn  # noqa: E402
from nanonet.condense.unroll import Items, train_on  # noqa: E402


def items(width=3, steps=3, length=4):
    source = torch.Generator().manual_seed(1)
    vectors = torch.randn(4, length, width, generator=source, dtype=torch.float64)
    logits = torch.randn(4, 2, generator=source, dtype=torch.float64)
    return [vectors, logits, torch.full((steps,), -1.0, dtype=torch.float64)]


@pytest.mark.parametrize("net", [Bag(3, 2, hidden=5), TextCnn(3, 2, filters=4, hidden=5)])
def test_the_outer_gradient_equals_finite_differences(net):
    x = torch.randn(6, 4, 3, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    y = torch.tensor([0, 1, 1, 0, 1, 0])
    start = tuple(p.double() for p in net.start(0))

    def outer(parts):
        trained = train_on(net, start, Items(*parts), graph=True)
        return torch.nn.functional.cross_entropy(net.logits(trained, x), y)

    parts = [p.requires_grad_() for p in items()]
    slopes = torch.autograd.grad(outer(parts), parts)
    for number, slope in enumerate(slopes):
        for at in range(0, slope.numel(), max(1, slope.numel() // 5)):
            sides = []
            for step in (1e-6, -1e-6):
                moved = [p.detach().clone().contiguous() for p in parts]
                moved[number].reshape(-1)[at] += step
                sides.append(float(outer(moved).detach()))
            assert abs((sides[0] - sides[1]) / 2e-6 - float(slope.reshape(-1)[at])) < 1e-4


@pytest.fixture(scope="module")
def study(tiny):
    texts, labels = corpus()
    return distil_items(texts, labels, per_class=1, study=Study(60, 6), encoder=tiny[0],
                        cache_dir=tiny[1])  # fmt: skip


def test_learned_items_beat_the_texts_they_began_from(study):
    held = study.facts["held_out"]
    assert held["fixed"]["its_start"] > 0.9 * held["full"]
    assert held["fixed"]["its_start"] >= held["random_texts"]["its_start"]
    assert len(held["random"]["fresh_starts"]) == 20
    assert np.mean(held["random"]["fresh_starts"]) > np.mean(held["random_texts"]["fresh_starts"])


def test_its_folder_says_synthetic_and_is_no_table(study, tmp_path):
    path = write_synthetic(study, tmp_path / "study")
    lines = (path / "rows.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == 2
    assert all(f'"source_row": "{SYNTHETIC}"' in line for line in lines)
    with pytest.raises(UserError, match="synthetic items"):
        read_condensed(path)


def test_a_table_too_small_to_judge_on_is_refused():
    texts, labels = corpus(12)
    with pytest.raises(UserError, match="no class has ten rows"):
        distil_items(texts[:8], labels[:8], per_class=1)


def test_an_unknown_network_is_refused():
    with pytest.raises(UserError, match="bag, cnn"):
        distil_items(["a"], ["b"], network="huge")
