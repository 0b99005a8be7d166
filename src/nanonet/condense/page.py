"""The page report.html of a condensed folder: one file, no script, nothing fetched."""

from __future__ import annotations

from html import escape

from nanonet.condense.report import by_class, figures, shares
from nanonet.condense.result import Condensed, Item

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;
color:#1b1f24;background:#fff}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}
td,th{padding:.35rem .6rem;border-bottom:1px solid #d0d7de;text-align:left;vertical-align:top}
td.n,th.n{text-align:right;white-space:nowrap}
.bar{display:inline-block;height:.6rem;background:#0969da;border-radius:2px;margin-right:.4rem}
.soft{color:#57606a;white-space:nowrap}
@media(prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}
td,th{border-color:#30363d}.soft{color:#9198a1}.bar{background:#4493f8}}
"""


def html_page(condensed: Condensed) -> str:
    """The whole page as text."""
    facts = condensed.facts
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width,initial-scale=1'>",
        f"<title>Condensed training set</title><style>{_STYLE}</style></head><body>",
        "<h1>Condensed training set</h1>",
        f"<p>{len(condensed.items)} rows stand for {facts['table']['rows']:,}; method "
        f"<b>{escape(facts['method'])}</b>: {escape(facts['what'])}. Encoder "
        f"{escape(condensed.trained.encoder)}, readouts "
        f"{escape(', '.join(condensed.trained.readouts))}.</p>",
        _accuracies(condensed),
    ]
    heaviest = max((item.weight for item in condensed.items), default=1.0)
    total = sum(item.weight for item in condensed.items) or 1.0
    for name, items in by_class(condensed):
        share = sum(item.weight for item in items) / total
        parts.append(
            f"<h2>{escape(name)}</h2><p>Represented by {len(items)} "
            f"text{'' if len(items) == 1 else 's'} with {share:.0%} of all weight.</p>"
        )
        parts.append(
            "<table><tr><th class='n'>row</th><th>weight</th><th>taught as</th><th>text</th></tr>"
        )
        parts += [_row(item, condensed.classes, heaviest) for item in items]
        parts.append("</table>")
    return "\n".join([*parts, "</body></html>\n"])


def _accuracies(condensed: Condensed) -> str:
    rows = figures(condensed.facts)
    if not rows:
        return "<p>No rows could be held out, so nothing was measured.</p>"
    held = condensed.facts["held_out"]["rows"]
    cells = "".join(
        f"<tr><td>{escape(name)}</td><td class='n'>{accuracy:.3f}</td>"
        f"<td class='n'>{share}</td></tr>"
        for name, accuracy, share in rows
    )
    return (
        f"<p>Accuracy on {held:,} rows held out of the table:</p><table><tr><th>learned from</th>"
        f"<th class='n'>accuracy</th><th class='n'>of the whole table's</th></tr>{cells}</table>"
    )


def _row(item: Item, classes: tuple[str, ...], heaviest: float) -> str:
    width = max(1.0, 100.0 * item.weight / max(heaviest, 1e-9))
    taught = "<br>".join(f"{escape(n)} {s:.0%}" for n, s in shares(item, classes)[:6])
    return (
        f"<tr><td class='n'>{escape(str(item.source))}</td><td class='soft'><span class='bar' "
        f"style='width:{width / 20:.2f}rem'></span>{item.weight:.2f}</td>"
        f"<td class='soft'>{taught}</td><td>{escape(item.text)}</td></tr>"
    )
