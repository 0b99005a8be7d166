"""The table made from ``serve.json``."""

from __future__ import annotations

from typing import Any

from bench._markdown import count, table

_TITLES = {"nanonet": "`nanonet serve`, nano", "empty": "empty handler, same HTTP stack"}


def serve(document: dict[str, Any]) -> str:
    """Requests a second, processor time and latency of both servers."""
    rows = []
    for name, title in _TITLES.items():
        one = document["servers"][name]
        rows.append(
            [
                title,
                count(round(one["requests_per_s"])),
                f"{one['cpu_us']:.0f}",
                f"{one['p50_ms']:.2f}",
                f"{one['p99_ms']:.2f}",
            ]
        )
    rate, cpu = document["rate_over_empty"], document["cpu_over_empty"]
    rows.append(["**nanonet over empty**", f"**{rate:.0%}**", f"{cpu:.2f} x", "", ""])
    settings = document["settings"]
    head = f"one {settings['set']} text a request"
    return table([head, "requests/s", "server CPU µs", "p50 ms", "p99 ms"], rows)
