"""nanonet label through the command line: tables, kills, budgets, refusals."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("openai", reason="asking a model needs the llm extra")
ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:  # the endpoint is the benchmark's
    sys.path.insert(0, str(ROOT))

from bench.llm_endpoint import Endpoint, Manner  # noqa: E402
from bench.llm_faults import Settings  # noqa: E402
from bench.llm_faults import run as run_faults  # noqa: E402

POOL = "text\n" + "".join(
    f"{name} report {i}\n" for i in range(4) for name in ("sports", "world", "money")
)
ASK = ["--source", "llm", "--model", "scripted", "--key", "k", "--cache-dir", "cache"]
PAY = ["--budget", "1", "--price-in", "1", "--price-out", "4"]


@pytest.fixture
def endpoint():
    with Endpoint(Manner()) as server:
        yield server


@pytest.fixture
def label(nanonet, tmp_path, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    (tmp_path / "pool.csv").write_text(POOL)
    (tmp_path / "classes.txt").write_text("Sports\nWorld\nMoney\n")
    (tmp_path / "rules.toml").write_text(
        '[[rule]]\nlabel = "Sports"\nkeywords = ["sports"]\nname = "r"\n'
    )

    def call(*arguments):
        return nanonet("label", "pool.csv", "--classes", "classes.txt", *arguments)

    return call


def votes(path="votes.jsonl"):
    return [json.loads(line) for line in Path(path).read_text("utf-8").splitlines()]


@pytest.mark.timeout(300)
def test_through_faults_and_kills_every_text_ends_once_and_the_bill_is_covered(tmp_path):
    settings = Settings(texts=50, kills=2, concurrency=6, timeout_s=0.7, delay_s=0.02)
    found = run_faults(settings, tmp_path)
    assert found["lost"] == found["doubled"] == found["answers_on_file_asked_again"] == 0
    assert found["votes"] + found["abstentions_recorded"] == 50
    assert found["votes_right"] == found["votes"] >= 45
    assert found["on_file_at_kills"][0] > 0  # or the kills would show nothing
    assert found["on_file_at_kills"] == sorted(found["on_file_at_kills"])
    assert found["answered_again"] <= 2 * 6 + found["faults"].get("slow", 0)
    assert 0 < found["billed_by_endpoint"] <= found["counted_by_nanonet"] <= found["budget"]
    assert sum(n for kind, n in found["faults"].items() if kind != "ok") >= 10


def test_several_sources_in_one_table_with_its_provenance(label, endpoint, tmp_path):
    code, out, err = label(
        *ASK, *PAY, "--base-url", endpoint.url, "--out", "votes.jsonl",
        "--source", "rules,llm", "--rules", "rules.toml",
    )  # fmt: skip
    assert (code, err) == (0, "")
    assert "llm: 12 votes, 0 abstained" in out
    rows = votes()
    assert [r["source"] for r in rows] == ["r"] * 4 + ["llm"] * 12
    assert {r["label"].lower() for r in rows if r["text"].startswith("sports")} == {"sports"}
    told = json.loads((tmp_path / "votes.jsonl.provenance.json").read_text())
    assert told["sources"] == {"r": 4, "llm": 12}
    assert told["llm"]["calls"] == 12
    assert told["llm"]["cost"] == pytest.approx(endpoint.billed(1, 4))
    assert sum(r["cost"] for r in rows) == pytest.approx(endpoint.billed(1, 4))
    assert "key" not in told["settings"]
    assert told["classes"]["names"] == ["Sports", "World", "Money"]


def test_a_second_run_sends_nothing_and_writes_the_same_bytes(label, endpoint, tmp_path):
    endpoint.manner.share, endpoint.manner.kinds = 0.4, ("refusal", "500", "prose")
    arguments = [*ASK, *PAY, "--base-url", endpoint.url, "--out", "votes.parquet", "--json"]
    first = json.loads(label(*arguments)[1])
    data, seen = (tmp_path / "votes.parquet").read_bytes(), len(endpoint.events)
    second = json.loads(label(*arguments)[1])
    assert (tmp_path / "votes.parquet").read_bytes() == data
    assert len(endpoint.events) == seen > 12
    assert (second["llm"]["calls"], second["llm"]["cache_hits"]) == (0, 12)
    assert second["llm"]["job"] == first["llm"]["job"]


def test_a_dry_run_sends_nothing_and_needs_neither_key_nor_place(label, endpoint):
    url = ["--base-url", endpoint.url]
    code, out, _ = label("--source", "llm", "--model", "scripted", "--dry-run", *url,
                         "--cache-dir", "cache", "--price-in", "1", "--price-out", "4")  # fmt: skip
    assert code == 0
    assert out.startswith("12 questions, 0 answered before: 12 calls\nabout ")
    assert not endpoint.requests
    code, out, _ = label(*ASK, "--dry-run", "--json", *url, "--count", "5", "--perspectives", "2")
    told = json.loads(out)
    assert told["dry_run"] is True
    assert told["calls"] == 12 + 2 * 5  # the sample in which sides are looked for, then each text
    assert told["most"]["cost"] is None
    label(*ASK, *PAY, *url, "--out", "votes.csv")
    assert json.loads(label(*ASK, "--dry-run", "--json", *url)[1])["calls"] == 0


def test_the_budget_ends_the_run_with_a_note_and_a_table(label, endpoint):
    code, out, err = label(*ASK, "--max-calls", "5", "--base-url", endpoint.url,
                           "--out", "votes.jsonl")  # fmt: skip
    assert code == 0
    assert "the limit was reached with 7 questions left" in err
    assert sum(bool(r["label"]) for r in votes()) == 5
    assert "abstained 7: 7 budget used up" in out
    label(*ASK, "--max-calls", "50", "--base-url", endpoint.url, "--out", "votes.jsonl")
    assert all(r["label"] for r in votes())
    assert len(endpoint.events) == 12


def test_count_asks_so_many_and_examples_are_shown(label, endpoint, tmp_path):
    (tmp_path / "few.csv").write_text("text,label\nthe cup,Sports\nthe vote,World\n")
    code, _, _ = label(*ASK, *PAY, "--base-url", endpoint.url, "--out", "votes.jsonl",
                       "--count", "4", "--labelled", "few.csv", "--or-none")  # fmt: skip
    assert code == 0
    rows = votes()
    assert len(rows) == len(endpoint.events) == 4
    assert all(r["text"].startswith(r["label"].lower()) for r in rows)
    assert "the cup" in endpoint.requests[0]["messages"][0]["content"]


def test_a_model_chooses_candidates_and_texts(label, endpoint, model, tmp_path):
    (tmp_path / "classes.txt").write_text("refund\ndelivery\n")
    (tmp_path / "pool.csv").write_text("text\nmy parcel\nmoney back\nhm\nlate parcel\nrefund\n")
    code, _, err = label(*ASK, *PAY, "--base-url", endpoint.url, "--out", "votes.jsonl", "--mode",
                         "pick", "--top", "2", "--by", model, "--strategy", "margin",
                         "--count", "2")  # fmt: skip
    assert (code, err) == (0, "")
    assert [r["text"] for r in votes()] == ["hm", "refund"]  # it knows no word of them
    (tmp_path / "classes.txt").write_text("refund\nother\n")
    code, _, err = label(*ASK, *PAY, "--out", "v.csv", "--by", model, "--mode", "pick",
                         "--count", "2", "--strategy", "margin")  # fmt: skip
    assert code == 2
    assert "knows other classes" in err


REFUSED = {
    "no place": ([], "give --out VOTES"),
    "format": (["--out", "v.txt"], "holds one column only"),
    "source": (["--out", "v.csv", "--source", "guess"], "'guess' is no source; there are names"),
    "no rules": (["--out", "v.csv", "--source", "rules"], "--rules FILE go together"),
    "rules for nothing": (["--out", "v.csv", "--rules", "rules.toml"], "go together"),
    "no model": (["--out", "v.csv", "--source", "llm"], "give --model NAME"),
    "no limit": (["--out", "v.csv", *ASK], "nothing limits what may be spent"),
    "no prices": (["--out", "v.csv", *ASK, "--budget", "1"], "needs prices"),
    "one price": (["--out", "v.csv", *ASK, *PAY[:4]], "only one of the two prices"),
    "no key": (["--out", "v.csv", *ASK[:4], "--max-calls", "9", "--cache-dir", "c"],
               "set OPENAI_API_KEY"),
    "small budget": (["--out", "v.csv", *ASK, *PAY, "--budget", "0.000001"], "does not cover one"),
    "difficulty": (["--out", "v.csv", *ASK, *PAY, "--strategy", "difficulty"], "give --by MODEL"),
    "free dry run": (["--dry-run"], "the others cost nothing"),
    "unreachable": (["--out", "v.csv", *ASK, *PAY, "--base-url", "http://127.0.0.1:1/v1"],
                    "http://127.0.0.1:1/v1: no answer (not reached)"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refusals_are_one_sentence_and_nothing_is_written(label, case, tmp_path):
    arguments, word = REFUSED[case]
    code, out, err = label(*arguments)
    assert (code, out) == (2, "")
    assert word in err
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert not list(tmp_path.glob("v.*"))


def test_ctrl_c_keeps_the_answers_under_way(label, endpoint, tmp_path):
    import signal
    import time

    endpoint.manner.delay_s = 0.4
    child = subprocess.Popen(
        [sys.executable, "-m", "nanonet", "label", "pool.csv", "--classes", "classes.txt", *ASK,
         *PAY, "--base-url", endpoint.url, "--out", "votes.jsonl", "--concurrency", "2"],
        stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT / "src")}, cwd=tmp_path,
    )  # fmt: skip
    while len(endpoint.requests) < 4:
        time.sleep(0.01)
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=30)
    assert child.returncode == 130
    assert err.startswith(b"stopped; ")
    seen = len(endpoint.events)
    assert seen < 12
    endpoint.manner.delay_s = 0.0
    assert label(*ASK, *PAY, "--base-url", endpoint.url, "--out", "votes.jsonl")[0] == 0
    assert len(endpoint.events) == 12  # each asked once in both runs together
