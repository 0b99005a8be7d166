"""The words of the prompts that several questions share."""

from __future__ import annotations

from collections.abc import Sequence

from nanonet.data import ClassSpec

__all__ = ["class_line", "class_list", "one_line"]

_PHRASES = 3


def one_line(text: str, most: int = 300) -> str:
    """``text`` without line breaks, cut to ``most`` characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 3]}..."


def class_line(spec: ClassSpec) -> str:
    """A class as a line: its name, what it means, words and sentences that go with it."""
    parts = [spec.name]
    if spec.description:
        parts.append(f": {one_line(spec.description)}")
    if spec.keywords:
        parts.append(f" (words: {', '.join(one_line(k, 40) for k in spec.keywords[:12])})")
    if spec.phrases:
        shown = "; ".join(f'"{one_line(p, 120)}"' for p in spec.phrases[:_PHRASES])
        parts.append(f" (such as: {shown})")
    return "".join(parts)


def class_list(lines: Sequence[str]) -> str:
    """The numbered list that an answer's index points into."""
    return "\n".join(f"{number}: {line}" for number, line in enumerate(lines))
