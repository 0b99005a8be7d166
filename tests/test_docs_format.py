"""docs/format.md is exact enough to write a reader from: its own reader agrees with the real one.

And docs/method.md names the constants that the code has.
"""

import importlib
import re
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nanonet
from _models import CALIBRATIONS
from nanonet.artefact import write_artefact
from nanonet.text import GramSpec, featurise, pack_ids, pack_rows

ROOT = Path(__file__).parent.parent
FORMAT = (ROOT / "docs" / "format.md").read_text("utf-8")
TEXTS = [
    "",
    "I DON'T know, it's 'fine' 🙂",
    "rock ’n’ roll''s back_up\u00ad!",
    "你好吗 ok ราคา 3",
    "\x01\x02 ﬁne \ud800",
]


@pytest.fixture(scope="module")
def reader():
    names = {}
    exec(re.search(r"```python\n(.*?)```", FORMAT, re.S).group(1), names)
    return names


@pytest.mark.parametrize(
    "spec", [GramSpec(), GramSpec(word_ngrams=3, boundaries=False, char_ngrams=2, max_chars=9)]
)
@given(st.lists(st.text(max_size=30), max_size=3))
def test_the_reader_of_the_page_finds_the_same_ids(reader, spec, more):
    for text in [*TEXTS, *more]:
        assert reader["ids"](text, spec.to_dict()) == featurise([text], spec).ids.tolist()


@pytest.mark.parametrize("calibration", CALIBRATIONS, ids=lambda block: block["kind"])
@pytest.mark.parametrize("bits", [8, 4])
def test_the_reader_of_the_page_gives_the_same_probabilities(reader, tmp_path, bits, calibration):
    keys = np.unique(featurise(TEXTS[:3], GramSpec()).ids)
    rng = np.random.default_rng(0)
    weights = {
        "keys": pack_ids(keys),
        "rows": rng.integers(-127, 128, (len(keys), 3), np.int8),
        "scales": rng.integers(0, 192, len(keys), np.uint8),
        "unit": np.array([2e-6], np.float32),
        "bias": np.array([0.3, 0.0, -0.3], np.float32),
    }
    if bits == 4:
        weights["rows4"] = pack_rows(weights.pop("rows") // 19)
        weights["unit"] *= 19
    student = {"kind": "nano", "featuriser": GramSpec().to_dict()}
    path = write_artefact(
        tmp_path / "model",
        classes=["a", "b", "c"],
        student=student,
        weights=weights,
        calibration=calibration,
    )
    real = nanonet.load(path).predict_proba(TEXTS)
    assert len(np.unique(real.argmax(axis=1))) > 1
    for text, row in zip(TEXTS, real.tolist(), strict=True):
        assert reader["predict_proba"](path, text) == row  # to the last bit


def test_the_ids_of_the_page(reader):
    table = re.findall(r"^\| `([^|]+)` \| (\d{6,}) \|$", FORMAT, re.M)
    assert len(table) >= 7
    for gram, number in table:
        words = gram.replace("<s>", "").replace("</s>", "").strip()
        assert int(number) in reader["ids"](words, GramSpec().to_dict()), gram


def test_the_constants_of_the_method_page():
    page = (ROOT / "docs" / "method.md").read_text("utf-8")
    rows = re.findall(r"^\| `([\w.]+)` \| (.+) \|$", page, re.M)
    assert len(rows) > 20
    for name, value in rows:
        room, file, *rest = name.split(".")
        found = importlib.import_module(f"nanonet.{room}.{file}")
        for part in rest:
            found = found[part] if isinstance(found, dict) else getattr(found, part)
        assert str(found) == value, name


def test_the_method_page_has_every_constant_of_the_efforts():
    pytest.importorskip("torch", reason="the room distil needs torch")
    page = (ROOT / "docs" / "method.md").read_text("utf-8")
    told = set(re.findall(r"^\| `([\w.]+)` \| .+ \|$", page, re.M))
    files = ("pipeline.efforts", "pipeline.deep", "pipeline.rounds", "pipeline.tuned",
             "learn.blend", "distil.warmup")  # fmt: skip
    there = set()
    for file in files:
        module = importlib.import_module(f"nanonet.{file}")
        own = re.findall(r"^([A-Z]\w*) = [\d.]+", Path(module.__file__).read_text("utf-8"), re.M)
        there |= {f"{file}.{name}" for name in own}
    efforts = importlib.import_module("nanonet.pipeline.efforts")
    warm_up = importlib.import_module("nanonet.distil.warmup").WarmUp
    plain = asdict(efforts.Plan(""))
    there |= {f"pipeline.efforts.Plan.{name}" for name in plain if name != "name"}
    there |= {f"distil.warmup.WarmUp.{name}" for name in asdict(warm_up())}
    for effort in ("normal", "best"):
        own = asdict(efforts.EFFORTS[effort])
        other = {name for name in own if own[name] != plain[name] and name != "name"}
        there |= {f"pipeline.efforts.EFFORTS.{effort}.{name}" for name in other}
    assert len(there) > 25
    assert there - told == set()
