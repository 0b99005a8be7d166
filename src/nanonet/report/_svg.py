"""Matplotlib's SVG for the inside of a page: the page's own colours and fonts, names of its own.

A picture is drawn in a few colours that stand for roles; in the text of the SVG they become CSS
variables, so that one picture serves light, dark and paper.
"""

from __future__ import annotations

import io
import re
from html import escape
from typing import TYPE_CHECKING, Any

from nanonet.errors import MissingExtra

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Roles, by colours that nobody would draw with.
INK, SOFT, LINE, MAIN, OTHER, BAND = (
    "#010101",
    "#020202",
    "#030303",
    "#040404",
    "#050505",
    "#060606",
)
_ROLES = {
    INK: "var(--ink)",
    SOFT: "var(--soft)",
    LINE: "var(--line)",
    MAIN: "var(--main)",
    OTHER: "var(--other)",
    BAND: "var(--band)",
}
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: it can be read out, found and scaled
    "svg.hashsalt": "nanonet",
    "font.size": 11.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": SOFT,
    "axes.titlesize": 11.0,
    "axes.grid": True,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "text.color": INK,
    "lines.linewidth": 2.0,
    "axes.axisbelow": True,
}


def drawing(width: float = 4.8, height: float = 3.1) -> tuple[Figure, Axes]:
    """A figure with one set of axes, in the style of the page; no state outside it is touched."""
    try:
        import matplotlib
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtra("the report", "report") from error
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        return figure, figure.add_subplot()


def legend(axes: Axes) -> None:
    """A legend in one line above the picture, where it covers nothing."""
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(-0.02, 1.0),
        ncols=3,
        frameon=False,
        labelcolor=INK,
        fontsize=9.5,
        borderaxespad=0.2,
        columnspacing=1.2,
        handlelength=1.5,
    )


def inline(figure: Figure, name: str, title: str, told: str) -> str:
    """The figure as an ``<svg>`` element. title, told: what a reader who does not see it hears."""
    import matplotlib

    raw = io.StringIO()
    with matplotlib.rc_context(_STYLE):
        figure.savefig(raw, format="svg", transparent=True, metadata={"Date": None})
    text = raw.getvalue()
    body = text[text.index("<svg") : text.rindex("</svg>")]
    head, inside = body[: body.index(">") + 1], body[body.index(">") + 1 :]
    inside = re.sub(r"<metadata>.*?</metadata>", "", inside, flags=re.S)
    inside = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', inside)
    inside = re.sub(r'(xlink:href="#|url\(#)', rf"\g<1>{name}-", inside)
    inside = re.sub(r"font: ([\d.]+)px [^;\"]+", r"font-size: \1px", inside)
    for colour, role in _ROLES.items():
        inside = inside.replace(colour, role)
    box = re.search(r'viewBox="([^"]+)"', head)
    assert box is not None  # matplotlib always writes one
    return (
        f'<svg class="plot" viewBox="{box.group(1)}" role="img" xmlns="http://www.w3.org/2000/svg" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink" aria-labelledby="{name}-title {name}-told">'
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-told">{escape(told)}</desc>{inside.strip()}</svg>'
    )
