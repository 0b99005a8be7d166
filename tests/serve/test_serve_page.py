"""The page in a real browser: it labels what stands in its address and shows why."""

import os
import re
import shutil
import subprocess

import pytest

from _models import topic_weights, write_nano
from _serving import WORDS, serving

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no chromium here to open the page with")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync "
    "--disable-background-networking --disable-component-update --virtual-time-budget=5000"
)


def opened(server, text, home):
    """The page's elements after it labelled the text."""
    done = subprocess.run(
        [BROWSER, *FLAGS.split(), f"--user-data-dir={home}", "--dump-dom", f"{server.url}/#{text}"],
        capture_output=True, text=True, timeout=300, env={**os.environ, "HOME": str(home)},
    )  # fmt: skip
    return done.stdout or done.stderr[-500:]


def test_it_names_every_label_of_a_model_with_several(tmp_path):
    rule = {"kind": "sigmoid", "scale": [8.0] * 3, "shift": [-2.0] * 3}
    each = {"per_class": dict.fromkeys(("business", "sport", "world"), 0.5)}
    facts = {"task": "multi-label", "calibration": rule, "thresholds": each}
    folder = write_nano(tmp_path / "many", topic_weights(WORDS), **facts)
    with serving(folder) as server:
        page = opened(server, "profit%20bank%20goal%20team%20profit%20goal", tmp_path)
    assert re.search(r'<p id="said"[^>]*>business, sport</p>', page), page[-500:]
    assert re.search(r'<mark class="for"[^>]*>(profit|goal)', page)


def test_it_labels_and_explains(news, tmp_path):
    with serving(news, f"other={news}") as server:
        page = opened(server, "The%20Bank%20said%20so%2C%20not%20the%20team", tmp_path)
    assert re.search(r'<p id="said"[^>]*>business <span>\d+\.\d %</span>', page), page[-500:]
    assert re.findall(r'<span class="">|<li><div class="row"><span>(\w+)</span>', page)[0] == (
        "business"
    )
    assert re.search(r'<mark class="for"[^>]*>Bank</mark>', page)
    assert re.search(r'<mark class="against"[^>]*>team</mark>', page)
    assert page.count("<option") == 2
