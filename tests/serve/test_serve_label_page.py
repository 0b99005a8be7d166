"""The Label page in a real browser, by keyboard alone."""

from __future__ import annotations

import json
import time

import pytest

from _browser import BROWSER, browser
from _labelling import answers_in, labelling, pool_of

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no chromium here to open the page with")
ODD = [
    "<script>document.title = 'owned'</script><img src=x onerror=\"document.title = 'owned'\">",
    "中文测试：请帮我续借这本书。 🙂👩‍👧‍👦",
    "a long text " * 180_000,  # two megabytes
]
TEXTS = ODD + [f"{'parcel' if i % 2 else 'refund'} number {i}" for i in range(40)]
NAME = "<b>fees</b> & 费用"


@pytest.fixture(scope="module")
def window(tmp_path_factory):
    with browser(tmp_path_factory.mktemp("browser")) as found:
        yield found


@pytest.fixture
def desk(tmp_path, encoder_cache):
    with labelling(tmp_path, pool_of(tmp_path, TEXTS), encoder_cache) as found:
        found.answers = tmp_path / "answers.jsonl"
        yield found


def name_classes(page, *names):
    """Into the field that is open where there are no classes, then by the key ``a``."""
    for name in names:
        if not page.eval("at('name').checkVisibility()"):
            page.press("a")
        page.type(name)
        page.press("Enter")
        page.until(f"state.classes.includes({json.dumps(name)}) && !state.busy")


def shown(page):
    """The whole text before the person."""
    if page.eval("!at('more').hidden"):
        page.eval("at('more').click()")
        page.until("at('more').hidden")
    return page.eval("at('text').textContent")


def pressed(page, key):
    """Press a key that answers, and wait for the next text."""
    row = page.eval("state.text.row")
    page.press(key)
    page.until(f"!state.busy && (!state.text || state.text.row !== {row})")


def test_labelling_by_keys_alone_shows_texts_as_they_are_and_keeps_them(window, desk):
    page = window.page(f"{desk.url}/label")
    page.until("state.started")
    assert page.eval("document.activeElement.id") == "name", "nothing but names is needed"
    name_classes(page, "parcels", NAME)
    assert page.eval("document.activeElement.id") == "text"
    given = {}
    while page.eval("state.text !== null"):
        text = shown(page)
        given[text] = ["parcels", NAME][len(given) % 2]
        pressed(page, "12"[(len(given) - 1) % 2])
    assert given.keys() == set(TEXTS)
    assert {row["text"]: row["label"] for row in answers_in(desk.answers)} == given
    assert page.eval("document.title") == "Label · nanonet"
    assert page.eval("document.querySelectorAll('main b script, main img').length") == 0
    assert page.eval("at('classes').innerText").split("\n")[-1] == NAME


def test_undo_skip_not_sure_and_a_reload(window, desk):
    page = window.page(f"{desk.url}/label")
    page.until("state.started")
    name_classes(page, "x", "y")
    first = shown(page)
    pressed(page, "1")
    pressed(page, "n")
    pressed(page, "s")
    assert "not sure" in page.eval("at('asides').textContent")
    for _ in range(3):
        page.press("u")
        page.until("!state.busy")
        time.sleep(0.05)
    page.until(f"at('text').textContent === {json.dumps(first)} || !at('more').hidden")
    assert answers_in(desk.answers) == []
    assert page.eval("at('told').textContent") == "Taken back; it was x."
    row = page.eval("state.text.row")
    page.call("Page.reload")
    page.until("document.readyState === 'complete' && state.started")
    assert page.eval("state.text.row") == row, "a reload keeps the text and its lease"
    pressed(page, "2")
    page.press("u")
    page.until("!state.busy && at('told').textContent.includes('it was y')")


def test_two_tabs_share_no_text_and_keys_stay_quiet_where_one_types(window, desk):
    one, other = (window.page(f"{desk.url}/label") for _ in range(2))
    for page in (one, other):
        page.until("state.started")
    assert one.eval("state.tab") != other.eval("state.tab")
    assert one.eval("state.text.row") != other.eval("state.text.row")
    name_classes(one, "x", "y 1 n s u")
    assert answers_in(desk.answers) == []
    one.press("a")
    one.press("1", "n", "Escape")
    assert one.eval("at('adding').hidden")
    assert answers_in(desk.answers) == []
    one.eval("at('short').click()")
    one.press("1")
    time.sleep(0.2)
    assert answers_in(desk.answers) == [], "shortcuts can be turned off"


def test_a_suggestion_is_taken_by_enter_and_progress_is_told(window, desk):
    page = window.page(f"{desk.url}/label")
    page.until("state.started")
    name_classes(page, "parcels", "refunds")
    for _ in range(8):
        pressed(page, "1" if "parcel" in shown(page) else "2")
    page.until("state.text && !state.busy && !at('guess').hidden", 120)
    best = page.eval("state.text.guess[0].label")
    pressed(page, "Enter")
    page.until(f"at('told').textContent === 'Kept as {best}.'")
    assert answers_in(desk.answers)[-1]["label"] == best
    assert page.eval("at('far').textContent") == "9 answered, 34 left"
    assert page.eval("at('share').textContent") == "Unknown", "nothing is claimed so early"


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("width", "height", "phone"), [(1280, 800, False), (360, 740, True)])
def test_nothing_overflows_and_everything_can_be_read(window, desk, width, height, phone, dark):
    page = window.page(f"{desk.url}/label", width, height)
    page.size(width, height, phone, dark)
    page.until("state.started")
    name_classes(page, *[f"class_with_a_rather_long_name_{i}" for i in range(12)])
    assert page.eval("document.documentElement.scrollWidth") <= width
    assert page.eval(_NAMELESS) == []
    least = 44 if phone else 24  # pixels, as WCAG 2.2 asks of targets (2.5.5, 2.5.8)
    small = f"""[...document.querySelectorAll("button, input:not([type=checkbox])")]
        .filter((b) => b.checkVisibility() && b.getBoundingClientRect().height < {least})
        .map((b) => b.id)"""
    assert page.eval(small) == []
    assert page.eval(_CONTRAST) >= 4.5


_NAMELESS = """[...document.querySelectorAll("input, button, [role=progressbar]")]
    .filter((e) => e.checkVisibility() &&
      !(e.innerText || e.getAttribute("aria-label") || (e.labels || []).length))
    .map((e) => e.id)"""
# The least contrast of a text with the card or page behind it (WCAG 2, relative luminance).
_CONTRAST = """(() => {
  const parts = (c) => c.match(/[\\d.]+/g).map(Number);
  const light = (c) => parts(c).slice(0, 3).map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = parts(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0) return getComputedStyle(e).backgroundColor;
    }
    return "rgb(255, 255, 255)";
  };
  let least = 99;
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.checkVisibility() || e.closest("script, :disabled")) continue;
    const [a, b] = [light(getComputedStyle(e).color), light(behind(e))].sort((x, y) => y - x);
    least = Math.min(least, (a + 0.05) / (b + 0.05));
  }
  return least;
})()"""
