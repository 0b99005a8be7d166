"""``nanonet serve --label``: what it refuses before it begins."""

import json

import pytest

pytest.importorskip("uvicorn", reason="serving needs the serve extra")
POOL = "".join(json.dumps({"text": f"text {i}"}) + "\n" for i in range(5))


@pytest.mark.parametrize(("arguments", "told"), [
    ((), "name a MODEL to serve, or texts to label"),
    (("--answers", "a.jsonl"), "--answers belongs to labelling"),
    (("m", "--classes", "a,b"), "--classes belongs to labelling"),
    (("--label", "p.jsonl"), "needs --answers"),
    (("--label", "p.jsonl", "--answers", "a.csv"), "end the name in .jsonl"),
    (("--label", "none.csv", "--answers", "a.jsonl"), "none.csv"),
    (("--label", "p.jsonl", "--answers", "a.jsonl", "--classes", "none.toml"), "is no file"),
    (("--label", "p.jsonl", "--answers", "a.jsonl", "--classes", "a,b|c"), "'|'"),
    (("--label", "p.jsonl", "--answers", "a.jsonl", "--learned", "."), "is no model"),
    (("--label", "p.jsonl", "--answers", "no/a.jsonl"), "cannot be written"),
    (("--label", "p.jsonl", "--answers", "bad.jsonl"), "bad.jsonl, line 1"),
    (("--label", "p.jsonl", "--answers", "a.jsonl", "--labelled", "all.jsonl"),
     "nothing to ask"),
])  # fmt: skip
def test_what_is_refused(nanonet, tmp_path, arguments, told):
    (tmp_path / "p.jsonl").write_text(POOL)
    (tmp_path / "bad.jsonl").write_text('{"text": 1}\n')
    rows = ({"text": f"text {i}", "label": "xy"[i % 2]} for i in range(5))
    (tmp_path / "all.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    code, _, err = nanonet("serve", *arguments, "--port", "0")
    assert code == 2
    assert told in err
    assert err.count("\n") == 1
