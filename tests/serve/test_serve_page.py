"""The page in a real browser: it labels what stands in its address and shows why."""

import os
import re
import shutil
import subprocess

import pytest

from _serving import serving

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no chromium here to open the page with")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync "
    "--disable-background-networking --disable-component-update --virtual-time-budget=5000"
)


def test_it_labels_and_explains(news, tmp_path):
    with serving(news, f"other={news}") as server:
        done = subprocess.run(
            [BROWSER, *FLAGS.split(), f"--user-data-dir={tmp_path}", "--dump-dom",
             f"{server.url}/#The%20Bank%20said%20so%2C%20not%20the%20team"],
            capture_output=True, text=True, timeout=300, env={**os.environ, "HOME": str(tmp_path)},
        )  # fmt: skip
    page = done.stdout
    assert re.search(r'<p id="said"[^>]*>business <span>\d+\.\d %</span>', page), done.stderr[-500:]
    assert re.findall(r'<span class="">|<li><div class="row"><span>(\w+)</span>', page)[0] == (
        "business"
    )
    assert re.search(r'<mark class="for"[^>]*>Bank</mark>', page)
    assert re.search(r'<mark class="against"[^>]*>team</mark>', page)
    assert page.count("<option") == 2
