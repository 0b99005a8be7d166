"""The JavaScript reader in examples/browser gives the decisions and the bits that Python gives."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import unicodedata
from pathlib import Path

import numpy as np
import pytest

import nanonet
from _models import CALIBRATIONS, TEXTS, nano_weights, write_nano
from nanonet.text import GramSpec, featurise, pack_rows

READER = Path(__file__).parent.parent / "examples" / "browser" / "nanonet.mjs"
NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="Node.js is not installed")
MORE = [
    "İstanbul'da IŞIK ve ışık, ΣΊΣΥΦΟΣ ΟΔΟΣ, Straße STRAẞE, ŉ ǰ ΐ ﬁne ½ …",
    "ᏣᎳᎩ ꮳꮃꭹ ᏸ 한국어 หำ ກຳ हिन्दी اللغة العربية \u1112\u1161\u11ab",
    "co\u00adoperate e\u200d\u0301 ‘quoted’ rock’n’roll''s 👍🏽 \x00\x1f\x85\u2028end\ufeff",
    "㈱ ｶﾞｷﾞ Ⅷ ﷺ 𝚤 🇩🇪 ²³ ٣ १ a_b 3.5%",
]


def run(script: str, *arguments: object) -> object:
    code = f"import * as nanonet from {json.dumps(READER.as_uri())};\n"
    code += "import { readFileSync } from 'node:fs';\n"
    code += "const [input] = process.argv.slice(2).map((f) => JSON.parse(readFileSync(f)));\n"
    path = Path(str(arguments[0])).with_suffix(".mjs")
    path.write_text(code + script, "utf-8")
    done = subprocess.run(
        [str(NODE), str(path), *map(str, arguments)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("calibration", CALIBRATIONS, ids=lambda block: block["kind"])
@pytest.mark.parametrize("bits", [8, 4])
def test_the_same_decisions_and_bits(
    tmp_path: Path, bits: int, calibration: dict[str, object]
) -> None:
    weights = nano_weights()
    if bits == 4:
        weights["rows4"] = pack_rows(weights.pop("rows") // 19)
        weights["unit"] *= 19
    path = write_nano(tmp_path / "m", weights, calibration=calibration)
    texts = [*TEXTS, *MORE, *[f"{TEXTS[i % 8]} {MORE[i % 4]} {i}" for i in range(60)]]
    given = tmp_path / "texts.json"
    given.write_text(json.dumps({"folder": str(path), "texts": texts}))
    found = run(
        """
        const weights = new Uint8Array(readFileSync(input.folder + "/weights.safetensors")).buffer;
        const model = nanonet.read(readFileSync(input.folder + "/model.json", "utf8"), weights);
        console.log(JSON.stringify(input.texts.map((text) => [model.predict(text),
          Array.from(model.logits(text)), Object.values(model.probabilities(text))])));
        """,
        given,
    )
    model = nanonet.load(path)
    labels, logits, probabilities = zip(*found, strict=True)
    assert list(labels) == model.predict(texts)
    assert len(set(labels)) > 1
    assert np.array_equal(np.array(logits, np.float32), model.decision_logits(texts))
    assert np.array_equal(np.array(probabilities, np.float32), model.predict_proba(texts))


SPECS = [GramSpec(), GramSpec(word_ngrams=3, boundaries=False, char_ngrams=2, max_chars=50)]


@pytest.mark.parametrize("spec", SPECS, ids=["default", "other"])
def test_the_same_ids_for_every_character_both_know(tmp_path: Path, spec: GramSpec) -> None:
    """Each character beside letters, apostrophes, a mark and random others."""
    unicode = run("console.log(process.versions.unicode)", _written(tmp_path / "none.json", None))
    if unicode < float(unicodedata.unidata_version.rsplit(".", 1)[0]):
        pytest.skip(f"Node knows Unicode {unicode}, Python {unicodedata.unidata_version}")
    known = [c for c in map(chr, range(0x110000)) if unicodedata.category(c) not in ("Cn", "Cs")]
    known = [c for c in known if unicodedata.category(c) != "Co"]
    random.Random(0).shuffle(known)
    texts = [
        "".join(f"a{c}b'{c} {c}\u0301" for c in known[i : i + 40]) for i in range(0, len(known), 40)
    ]
    given = _written(tmp_path / "texts.json", {"texts": texts, "spec": spec.to_dict()})
    found = run(
        """
        console.log(JSON.stringify(input.texts.map((text) => {
          const ids = nanonet.ids(text, input.spec);
          return [ids.length, ids.reduce((sum, id, i) => (sum + id * (i % 1000 + 1)) % 2 ** 40, 0)];
        })));
        """,
        given,
    )
    wrong = [t for t, pair in zip(texts, found, strict=True) if pair != _digest(t, spec)]
    assert not wrong, ascii(wrong[0])


def _digest(text: str, spec: GramSpec) -> list[int]:
    found = featurise([text], spec).ids.astype(np.int64)
    places = np.arange(len(found)) % 1000 + 1
    return [len(found), int((found * places % 2**40).sum() % 2**40)]


def _written(path: Path, value: object) -> Path:
    path.write_text(json.dumps(value))
    return path


def test_a_model_with_several_labels_is_refused_in_a_sentence(tmp_path: Path) -> None:
    rule = {"kind": "sigmoid", "scale": [1.0] * 3, "shift": [0.0] * 3}
    path = write_nano(tmp_path / "m", task="multi-label", calibration=rule)
    given = tmp_path / "folder.json"
    given.write_text(json.dumps({"folder": str(path)}))
    told = run(
        """
        const weights = new Uint8Array(readFileSync(input.folder + "/weights.safetensors")).buffer;
        try { nanonet.read(readFileSync(input.folder + "/model.json", "utf8"), weights); }
        catch (error) { console.log(JSON.stringify(error.message)); }
        """,
        given,
    )
    assert "gives several" in str(told)
