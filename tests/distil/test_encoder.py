"""The trainable encoder reads as the encode room does, and long texts in windows."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training an encoder needs torch")

from _encoders import KINDS  # noqa: E402
from nanonet.distil.batch import pad  # noqa: E402
from nanonet.distil.device import Place, find_place  # noqa: E402
from nanonet.distil.encoder import by_length, chunks, open_encoder  # noqa: E402
from nanonet.distil.pool import check_readouts, read_out  # noqa: E402
from nanonet.encode import Readout  # noqa: E402
from nanonet.encode.readouts import make_readouts  # noqa: E402
from nanonet.encode.torch_model import ReadoutModel  # noqa: E402
from nanonet.errors import UserError  # noqa: E402

TEXTS = ["the market was great, what a price", "good team", "", "a bad movie and a loss ! !"]
CPU = Place(torch.device("cpu"), False)


@pytest.mark.parametrize("kind", KINDS)
def test_readouts_are_those_of_the_encode_room(folders, kind):
    encoder = open_encoder(folders(kind))
    assert (encoder.layers, encoder.dim) == (3, 32)
    ids, mask, _ = pad(encoder.tokenise(TEXTS), encoder.margins, encoder.pad_id)
    readouts = make_readouts((1, 2, 3))
    with torch.no_grad():
        states, _ = encoder.run(ids, mask)
        found = read_out(states, mask, readouts, encoder.margins)
        wanted = ReadoutModel(encoder.model, (1, 2, 3), encoder.margins)(ids, mask)
    torch.testing.assert_close(found, wanted)


@pytest.mark.parametrize("kind", KINDS)
def test_word_vectors_may_stand_for_the_ids(folders, kind):
    encoder = open_encoder(folders(kind))
    ids, mask, _ = pad(encoder.tokenise(TEXTS), encoder.margins, encoder.pad_id)
    with torch.no_grad():
        plain, _ = encoder.run(ids, mask)
        given, _ = encoder.run(ids, mask, encoder.word_vectors(ids))
    torch.testing.assert_close(given[-1] * mask[..., None], plain[-1] * mask[..., None])


def test_special_tokens_are_marked(folders):
    encoder = open_encoder(folders("bert"))
    ids, mask, special = pad(encoder.tokenise(TEXTS), encoder.margins, encoder.pad_id)
    own = {encoder.tokenizer.token_to_id(name) for name in ("[CLS]", "[SEP]", "[PAD]")}
    assert special.tolist() == [[i in own for i in row] for row in ids.tolist()]
    assert mask.sum(1).tolist() == [len(one) for one in encoder.tokenise(TEXTS)]


def test_vectors_come_in_the_order_of_the_texts(folders):
    encoder = open_encoder(folders("bert"))
    readouts = (Readout(3, "mean"), Readout(1, "first"))
    together = encoder.vectors(TEXTS, readouts, CPU, batch=2)
    alone = np.concatenate([encoder.vectors([text], readouts, CPU) for text in TEXTS])
    assert together.shape == (4, 2, 32)
    np.testing.assert_allclose(together, alone, atol=1e-5)
    assert encoder.vectors([], readouts, CPU).shape == (0, 2, 32)


def test_windows_cover_a_long_text():
    ids = [1, *range(10, 21), 2]
    assert chunks(ids, 6, 4, (1, 1)) == [
        [1, 10, 11, 12, 13, 2],
        [1, 14, 15, 16, 17, 2],
        [1, 18, 19, 20, 2],
    ]
    assert chunks(ids, 13, 5, (1, 1)) == [ids]
    assert chunks([1, 2], 6, 2, (1, 1)) == [[1, 2]]
    for stride in range(1, 5):
        covered = {i for window in chunks(ids, 6, stride, (1, 1)) for i in window}
        assert covered == set(ids)
    with pytest.raises(UserError, match="1 to 4"):
        chunks(ids, 6, 5, (1, 1))


def test_a_long_text_is_the_mean_of_its_windows(folders):
    encoder = open_encoder(folders("bert"), max_tokens=8)
    long, short = "good team win the match and the price fall", "good team"
    readouts = (Readout(3, "mean"),)
    found = encoder.vectors([long, short], readouts, CPU, stride=6)
    windows = ["good team win the match and", "the price fall"]
    wanted = encoder.vectors(windows, readouts, CPU).mean(0)
    np.testing.assert_allclose(found[0], wanted, atol=1e-5)
    np.testing.assert_allclose(found[1], encoder.vectors([short], readouts, CPU)[0], atol=1e-5)
    cut = encoder.vectors([long], readouts, CPU)
    np.testing.assert_allclose(cut, encoder.vectors(windows[:1], readouts, CPU), atol=1e-5)


def test_batches_are_of_like_length_and_lose_no_row():
    lengths = [3, 9, 1, 4, 9, 2, 7]
    batches = list(by_length(lengths, 3))
    assert sorted(np.concatenate(batches).tolist()) == list(range(7))
    assert [max(lengths[i] for i in batch) for batch in batches] == [9, 4, 1]


def test_what_is_refused(folders):
    with pytest.raises(UserError, match="layers are 1 to 3"):
        check_readouts([Readout(4, "mean")], 3)
    with pytest.raises(UserError, match="mean, cls, first, last, max"):
        check_readouts([Readout(1, "sum")], 3)
    with pytest.raises(UserError, match="at least 8"):
        open_encoder(folders("bert"), max_tokens=3)
    with pytest.raises(UserError, match="auto, bf16, float32"):
        find_place("cpu", "half")
    with pytest.raises(UserError, match="cannot be used here"):
        find_place("nonsense")


def test_bfloat16_is_close(folders):
    encoder = open_encoder(folders("bert"))
    readouts = (Readout(3, "mean"),)
    half = encoder.vectors(TEXTS, readouts, find_place("cpu", "bf16"))
    full = encoder.vectors(TEXTS, readouts, find_place("cpu", "float32"))
    cosine = (half * full).sum(-1) / np.linalg.norm(half, axis=-1) / np.linalg.norm(full, axis=-1)
    assert cosine.min() > 0.999
    assert not np.array_equal(half, full)
