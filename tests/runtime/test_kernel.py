"""The compiled kernel against the Python it stands for: the same ids, the same bits."""

from __future__ import annotations

import random
import subprocess
import sys
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from _models import CLASSES, TEXTS, checked, nano_weights, write_nano
from nanonet.errors import UserError
from nanonet.runtime import Classifier, NanoScorer, NanoWeights, _compiled_table, kernel, load
from nanonet.text import GramSpec, code_page, featurise, fold

pytestmark = pytest.mark.skipif(
    not _compiled_table.HERE, reason="nanonet._kernel was not built here (no C compiler)"
)
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)
# Short alphabets make repeated words, apostrophes and changes of script likely; real letters that
# change under folding (one to many, one to none), compose, or look like something else.
DENSE_TEXT = st.text(
    st.sampled_from(
        "aBz09 '’._\x00\x1c\x85\xa0éÉßİıſﬁ…™½ǆŉΐςΣК你好がガｶﾞ한ᄒ\u11ab"
        "ไำ\u0301\u0345\u200d\u00ad🙂\ud83d"
    ),
    max_size=40,
)
TEXT = st.one_of(ANY_TEXT, DENSE_TEXT, st.text(st.characters(max_codepoint=0x2FF), max_size=40))
SPECS = st.builds(
    GramSpec,
    word_ngrams=st.integers(1, 4),
    boundaries=st.booleans(),
    char_ngrams=st.integers(1, 4),
    max_chars=st.sampled_from([7, 50_000]),
)


def pair(texts: list[str], spec: GramSpec, classes: int, seed: int = 0) -> list[NanoScorer]:
    """The same random table for both, with rows for half of the n-grams of the texts."""
    rng = np.random.default_rng(seed)
    keys = np.unique(featurise(texts, spec).ids)[::2].copy()
    weights = NanoWeights(
        keys=keys,
        rows=rng.integers(-128, 128, (len(keys), classes), np.int8),
        scales=rng.integers(0, 192, len(keys), np.uint8),
        unit=float(np.float32(rng.uniform(1e-9, 1e-3))),
        bias=rng.normal(size=classes).astype(np.float32),
    )
    return [NanoScorer(weights, spec, compiled=choice) for choice in (True, False)]


def compiled_ids(scorer: NanoScorer, text: str) -> list[int]:
    return np.frombuffer(scorer._table._table.ids(text), np.uint32).tolist()


@settings(max_examples=1500, deadline=None)
@given(TEXT, SPECS)
@example("a\u0301'\u0345b", GramSpec())
@example("\u00adA'\u200dB", GramSpec())
@example("ﷺ" * 40, GramSpec())
def test_the_same_ids_in_the_same_order(text: str, spec: GramSpec) -> None:
    scorer = pair([], spec, 2)[0]
    assert compiled_ids(scorer, text) == featurise([text], spec).ids.tolist()


@settings(max_examples=300, deadline=None)
@given(st.lists(TEXT, max_size=8), SPECS, st.integers(1, 9), st.integers(0, 9))
def test_the_same_logits_to_the_last_bit(
    texts: list[str], spec: GramSpec, classes: int, seed: int
) -> None:
    compiled, plain = pair(texts, spec, classes, seed)
    assert compiled.logits(texts).tobytes() == plain.logits(texts).tobytes()
    names = tuple(map(str, range(classes)))
    assert compiled.best(texts, names) == plain.best(texts, names)


def test_every_character_folds_as_in_python() -> None:
    """All characters that the kernel folds by table, each beside random others of them."""
    simple = {}
    for number in range(0x1100):
        folds = np.frombuffer(code_page(number)[0], np.uint64)
        for low in np.flatnonzero(folds != 2**64 - 1):
            point, value = number * 256 + int(low), int(folds[low])
            parts = [value >> shift & 0x1FFFFF for shift in (0, 21, 42)]
            simple[chr(point)] = "".join(chr(part) for part in parts if part)
    assert len(simple) > 100_000
    chars, mixer = list(simple), random.Random(0)
    for _ in range(3):
        mixer.shuffle(chars)
        for start in range(0, len(chars), 500):
            text = "".join(chars[start : start + 500])
            # Separators become blanks here and stay what they are there; both part tokens.
            expected = "".join(
                " " if one.isspace() or unicodedata.category(one) == "Cc" else one
                for one in fold(text)
            )
            assert "".join(map(simple.__getitem__, text)) == expected


@pytest.mark.parametrize("block", range(0, 0x110000, 0x8000))
def test_every_character_makes_the_same_ids_beside_letters_and_marks(block: int) -> None:
    scorer, spec = pair([], GramSpec(), 2)[0], GramSpec()
    points = [chr(point) for point in range(block, block + 0x8000)]
    for start in range(0, len(points), 256):
        piece = points[start : start + 256]
        text = "".join(f"a{one}b'{one}'c {one}\u0301 " for one in piece)
        assert compiled_ids(scorer, text) == featurise([text], spec).ids.tolist()


def test_many_hits_do_not_overflow() -> None:
    """The largest products there are, thousands of times, with one sign."""
    weights = checked(nano_weights())
    largest = np.full_like(weights.rows, -128)
    weights = NanoWeights(
        weights.keys, largest, np.full_like(weights.scales, 191), 1e-6, weights.bias
    )
    text = " ".join(TEXTS) * 300
    both = [NanoScorer(weights, GramSpec(), compiled=choice) for choice in (True, False)]
    compiled, plain = (scorer.logits([text]) for scorer in both)
    assert compiled.max() < -100
    assert compiled.tobytes() == plain.tobytes()


@pytest.mark.parametrize("classes", [1, 2, 3, 4, 5, 150])
def test_any_number_of_texts_classes_and_threads(classes: int) -> None:
    texts = [f"{TEXTS[i % len(TEXTS)]} {i}" for i in range(9_000)]
    compiled, plain = pair(texts[:400], GramSpec(), classes)
    names = tuple(f"class {i}" for i in range(classes))
    wanted, named = plain.logits(texts), plain.best(texts, names)
    for threads in (None, 1, 2, 5):
        assert compiled.logits(texts, threads).tobytes() == wanted.tobytes()
        assert compiled.best(texts, names, threads) == named
    assert compiled.logits([]).shape == (0, classes)
    assert compiled.logits(texts[:1], 4).flags.writeable


def test_what_is_no_string_is_an_error_in_every_thread() -> None:
    compiled, _ = pair([], GramSpec(), 2)
    for threads in (1, 3):
        with pytest.raises(TypeError, match="must be a string"):
            compiled.best(["a"] * 8_000 + [None], ("x", "y"), threads)  # type: ignore[list-item]
    with pytest.raises(TypeError):
        compiled.logits(3)  # type: ignore[arg-type]


class Liar(str):
    def isascii(self) -> bool:
        return True


def test_strings_of_a_subclass_are_read_for_what_they_are() -> None:
    scorer = pair([], GramSpec(), 2)[0]
    assert compiled_ids(scorer, Liar("Éa 你")) == compiled_ids(scorer, "Éa 你")
    assert compiled_ids(scorer, np.str_("Éa")) == compiled_ids(scorer, "Éa")


def test_the_kernel_can_be_chosen_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_nano(tmp_path / "m")
    models = [load(path), load(path, compiled=False), load(path, compiled=True)]
    assert [model._scorer.kernel for model in models] == ["compiled", "numpy", "compiled"]
    assert len({model.predict_proba(TEXTS).tobytes() for model in models}) == 1
    assert kernel() == "compiled"
    monkeypatch.setattr(_compiled_table, "HERE", False)
    assert kernel() == "numpy"
    assert load(path)._scorer.kernel == "numpy"
    with pytest.raises(UserError, match="no compiled kernel"):
        load(path, compiled=True)


def test_damaged_tables_are_refused_by_the_kernel_itself() -> None:
    table = _compiled_table._kernel.Table
    good = [b"\0" * 8, b"\0" * 6, b"\0" * 4, b"\0" * 24]
    rest = (1.0, (2, True, 3, 100), fold, code_page)
    assert len(table(*good, *rest).logits(["a"])) == 12
    for place, size in ((0, 4), (0, 9), (1, 5), (2, 3), (3, 0), (3, 25)):
        bad = [b"\0" * size if i == place else part for i, part in enumerate(good)]
        with pytest.raises(ValueError, match="do not fit"):
            table(*bad, *rest)
    with pytest.raises(ValueError, match="n-grams"):
        table(*good, 1.0, (0, True, 3, 100), fold, code_page)
    failing = table(*good, 1.0, (2, True, 3, 100), lambda text: 1 / 0, code_page)
    with pytest.raises(ZeroDivisionError):
        failing.logits(["e\u0301\u0345"])
    with pytest.raises(ValueError, match="3 names"):
        failing.best([], ("a",))


def test_a_wrong_page_is_an_error() -> None:
    """In a process of its own: a page is asked for once."""
    code = (
        "from nanonet import _kernel; t = _kernel.Table(b'', b'', b'', bytes(16), 1.0, "
        "(2, 1, 3, 9), str, lambda number: (b'', b''))\n"
        "try: t.logits(['\\xe9'])\n"
        "except ValueError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "256 folds" in done.stdout


def test_one_text_of_5_mb_is_cut_and_scored() -> None:
    compiled, plain = pair(TEXTS, GramSpec(), 3)
    for text in ("word " * 1_000_000, "dé " * 1_000_000, "é\u0345 " * 100_000):
        assert compiled.logits([text]).tobytes() == plain.logits([text]).tobytes()


def test_answers_are_names_and_the_first_of_equals() -> None:
    weights = checked(nano_weights())
    flat = NanoWeights(
        weights.keys[:0], weights.rows[:0], weights.scales[:0], 1.0, np.zeros(3, np.float32)
    )
    model = Classifier(CLASSES, NanoScorer(flat, GramSpec(), compiled=True))
    assert model.predict(["x", ""]) == [CLASSES[0]] * 2
    assert model.predict(["x"])[0] is model.classes_[0]
