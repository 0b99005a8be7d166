"""The page: one file that loads nothing, whose outline holds, with everything escaped."""

from __future__ import annotations

import html
import os
import pickle
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from _corpus import labelled
from nanonet.report.texts import Asked

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
VOID = {"meta", "link", "br", "hr", "img", "input", "wbr"}


class Outline(HTMLParser):
    """Open and closed tags, headings, ids, and whatever names an address."""

    def __init__(self, text):
        super().__init__()
        self.open, self.headings, self.ids, self.addresses, self.tags = [], [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append((tag, given))
        if tag not in VOID:
            self.open.append(tag)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.ids += [given["id"]] if "id" in given else []
        names = ("src", "href", "xlink:href", "action", "data")
        self.addresses += [given[name] for name in names if given.get(name)]

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag


@pytest.fixture(scope="module")
def page(report):
    return report.html()


@pytest.mark.parametrize("which", ["report", "tested"])
def test_the_outline_holds(which, request):
    outline = Outline(request.getfixturevalue(which).html())
    assert outline.open == []
    assert outline.headings[0] == 1
    assert outline.headings.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(outline.headings))
    assert len(outline.ids) == len(set(outline.ids))
    inside = [address[1:] for address in outline.addresses if address.startswith("#")]
    assert set(inside) <= set(outline.ids)


def test_nothing_is_loaded_and_nothing_runs(page):
    outline = Outline(page)
    assert all(a.startswith("#") or a == "data:," for a in outline.addresses)
    assert not any(tag in ("script", "iframe", "img", "object") for tag, _ in outline.tags)
    assert not re.search(r"@import|url\((?!#)", page)
    assert "default-src 'none'" in page
    names = re.sub(r'xmlns(:xlink)?="[^"]+"', "", page)
    assert not re.search(r"https?://", names)
    assert len(page) < 400_000


def test_pictures_and_tables_can_be_heard(page):
    outline = Outline(page)
    plots = [given for tag, given in outline.tags if tag == "svg"]
    assert len(plots) == 5
    for given in plots:
        assert given["role"] == "img"
        assert set(given["aria-labelledby"].split()) <= set(outline.ids)
    assert all(given.get("scope") in ("col", "row") for tag, given in outline.tags if tag == "th")
    sections = [given for tag, given in outline.tags if tag == "section"]
    assert all(given["aria-labelledby"] in outline.ids for given in sections)
    assert ("html", {"lang": "en"}) in outline.tags
    for told in re.findall(r"<desc[^>]*>(.*?)</desc>", page):
        assert re.search(r"\d", told)


def _light(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_stands_out_from_its_ground_in_light_and_dark(page):
    schemes = re.findall(r":root \{(.*?)\}", page, re.S)[:2]
    assert len(schemes) == 2
    for scheme in schemes:
        found = dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6})", scheme))
        full = {
            k: v if len(v) == 7 else "#" + "".join(c * 2 for c in v[1:]) for k, v in found.items()
        }
        for ink in ("ink", "soft", "main", "other"):
            for ground in ("paper", "card"):
                one, other = sorted((_light(full[ink]), _light(full[ground])))
                assert (other + 0.05) / (one + 0.05) >= 4.5, (ink, ground)


def test_hostile_texts_and_names_stay_text(report, page):
    bad = "</style><script>alert(1)</script>"
    facts = replace(report.facts, notes=(bad,))
    hostile = replace(report, ask_next=(Asked(bad, bad, 0.5),), facts=facts, name=bad)
    text = hostile.html()
    assert "<script>" not in text
    assert text.count(html.escape(bad)) >= 4
    assert Outline(text).open == []
    assert "help &lt;desk&gt;" in page


def test_it_says_what_a_manager_asks(page, report):
    text = html.unescape(re.sub(r"<[^>]+>", "", page)).replace("\u00a0", " ")
    for told in ("What was tried, and what was kept", "Plain regression", "Pairs that are confused",
                 "What more labels would bring", "What to label next", "Why it answers so",
                 "TF-IDF + regression", "What the classes look like"):  # fmt: skip
        assert told in text, told
    assert f"{report.hidden.accuracy * 100:.1f} % right" in text
    assert f"{report.doubtful} of 40 labels look wrong" in text or not report.doubts
    assert "labelled texts, each text by one that did not see it" in text


def test_without_quotes_no_text_of_the_tables_is_in_it(report, page):
    text = html.unescape(replace(report, quotes=False, examples=(), prototypes=()).html())
    assert not any(one in text for one in labelled()[0])
    assert any(one in html.unescape(page) for one in labelled()[0])
    assert "ask_next" not in replace(report, quotes=False).to_dict()


def test_it_is_the_same_page_each_time(report, page):
    assert pickle.loads(pickle.dumps(report)).html() == page


@pytest.mark.skipif(BROWSER is None, reason="no chromium here to open the page with")
@pytest.mark.parametrize("width", [360, 1200])
def test_it_fits_its_window(page, tmp_path, width):
    frame = f'<iframe id="f" style="width:{width}px;height:900px" srcdoc="{html.escape(page)}">'
    script = (
        "<p id=said></p><script>f.onload=()=>{let d=f.contentDocument;said.textContent="
        "d.documentElement.scrollWidth+' '+d.querySelectorAll('svg.plot').length}</script>"
    )
    (tmp_path / "frame.html").write_text(f"<!doctype html>{frame}</iframe>{script}", "utf-8")
    flags = "--headless --no-sandbox --disable-gpu --no-first-run --virtual-time-budget=4000"
    done = subprocess.run(
        [BROWSER, *flags.split(), "--window-size=1400,1000", f"--user-data-dir={tmp_path}/user",
         "--dump-dom", f"file://{tmp_path}/frame.html"],
        capture_output=True, text=True, timeout=300, env={**os.environ, "HOME": str(tmp_path)},
    )  # fmt: skip
    found = re.search(r'<p id="said">(\d+) (\d+)</p>', done.stdout)
    assert found, done.stderr[-500:]
    assert int(found.group(1)) <= width
    assert found.group(2) == "5"
