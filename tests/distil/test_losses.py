"""What must hold for each loss: where it is zero, symmetric, and where no gradient may run."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="the losses are torch tensors")

import torch.nn.functional as F  # noqa: E402

from nanonet.distil import losses  # noqa: E402


def draw(*shape, seed=0, grad=False):
    values = torch.randn(*shape, generator=torch.Generator().manual_seed(seed))
    return values.requires_grad_(grad)


def test_the_ramp_begins_at_nothing_and_ends_at_one():
    assert losses.ramp(0, 1000, 0.2) == 0.0
    assert losses.ramp(100, 1000, 0.2) == 0.5
    assert losses.ramp(200, 1000, 0.2) == 1.0
    assert losses.ramp(999, 1000, 0.2) == 1.0
    assert losses.ramp(0, 1000, 0.0) == 1.0


@pytest.mark.parametrize("loss", [losses.logits_mse, losses.soft_kl, losses.align])
def test_no_gradient_reaches_the_teacher_and_equal_is_zero(loss):
    z, target = draw(4, 3, seed=1, grad=True), draw(4, 3, seed=2, grad=True)
    value = loss(z, target)
    assert value.shape == (4,)
    assert (value > 0).all()
    value.sum().backward()
    assert target.grad is None
    assert z.grad.abs().sum() > 0
    assert loss(target, target).abs().max() < 1e-6


def test_a_shift_of_the_logits_counts_only_without_centring():
    z = draw(4, 3)
    assert losses.logits_mse(z, z + 5.0).abs().max() < 1e-10
    torch.testing.assert_close(losses.logits_mse(z, z + 5.0, centred=False), torch.full((4,), 25.0))
    assert losses.soft_kl(z, z + 5.0).abs().max() < 1e-6


def test_soft_kl_is_the_textbook_divergence():
    z, target = draw(4, 3, seed=1), draw(4, 3, seed=2)
    wanted = F.kl_div(F.log_softmax(z / 2, -1), F.softmax(target / 2, -1), reduction="none").sum(-1)
    torch.testing.assert_close(losses.soft_kl(z, target, 2.0), 4.0 * wanted)


def test_cross_entropy_takes_classes_and_soft_targets():
    z, y = draw(4, 3), torch.tensor([0, 2, 1, 1])
    torch.testing.assert_close(
        losses.cross_entropy(z, y), losses.cross_entropy(z, F.one_hot(y, 3).float())
    )


def test_members_teach_one_another_and_only_the_learner_moves():
    z = [draw(4, 3, seed=s, grad=True) for s in range(3)]
    losses.mutual(z, 1).sum().backward()
    assert z[1].grad is not None
    assert z[0].grad is None
    assert z[2].grad is None
    pair = [draw(4, 3, seed=s) for s in range(2)]
    torch.testing.assert_close(losses.mutual(pair, 0), losses.mutual(pair, 1))
    assert losses.mutual(pair[:1], 0).abs().max() == 0


def test_hidden_states_of_padding_do_not_count():
    student, teacher = [draw(2, 5, 4, seed=1)], [draw(2, 5, 4, seed=2, grad=True)]
    mask = torch.tensor([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]])
    project = torch.eye(4, requires_grad=True)
    value = losses.hidden_mse(student, teacher, mask, project)
    wild = [student[0] + 100.0 * (1 - mask.unsqueeze(-1))]
    torch.testing.assert_close(losses.hidden_mse(wild, teacher, mask, project), value)
    value.backward()
    assert project.grad.abs().sum() > 0
    assert teacher[0].grad is None
    assert losses.hidden_mse(teacher, teacher, mask, torch.eye(4)) == 0


def test_attention_scores_of_padding_do_not_count():
    student, teacher = draw(2, 2, 4, 4, seed=1), draw(2, 2, 4, 4, seed=2)
    padded = student.clone()
    padded[..., 3:] = -1e4
    zeroed = student.clone()
    zeroed[..., 3:] = 0.0
    found = losses.attention_mse([padded], [teacher])
    assert found == losses.attention_mse([zeroed], [teacher])
    assert losses.attention_mse([padded], [padded]) == 0


def test_pairs_of_one_class_are_pulled_together():
    left = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    right = torch.tensor([[2.0, 0.0], [0.0, 3.0]])
    same = torch.tensor([True, False])
    assert losses.pair_loss(left, right, same).abs().max() < 1e-12
    torch.testing.assert_close(losses.pair_loss(left, right, ~same), torch.ones(2))


def test_supervised_contrastive_by_hand_and_its_edges():
    v = F.normalize(draw(5, 3), dim=-1)
    y = torch.tensor([0, 0, 1, 1, 2])
    scores = (v @ v.T / 0.5).double()
    wanted = []
    for i in range(4):
        others = [j for j in range(5) if j != i]
        norm = torch.logsumexp(scores[i, others], 0)
        (j,) = [j for j in others if y[j] == y[i]]
        wanted.append(norm - scores[i, j])
    found = losses.supervised_contrastive(3.0 * v, y, 0.5)
    torch.testing.assert_close(found.double(), torch.stack(wanted).mean(), rtol=1e-5, atol=1e-5)
    alone = draw(3, 4, grad=True)
    nothing = losses.supervised_contrastive(alone, torch.tensor([0, 1, 2]))
    nothing.backward()
    assert nothing == 0
    assert torch.isfinite(alone.grad).all()
