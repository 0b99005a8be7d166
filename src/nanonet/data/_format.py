"""Which format a table has: from its name, or for standard input from its first bytes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nanonet.errors import UserError

KINDS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".txt": "txt",
}
PACKINGS = {".gz": "gzip", ".zst": "zstd"}
ALLOWED = ".csv, .tsv, .jsonl, .parquet or .txt (all but .parquet also with .gz or .zst after it)"


@dataclass(frozen=True)
class Format:
    """``kind`` is csv, tsv, jsonl, parquet or txt; ``packing`` is "", gzip or zstd."""

    kind: str
    packing: str = ""


def format_of(path: str) -> Format:
    """Format from the file name's last one or two suffixes; unknown ones are refused."""
    suffixes = [suffix.lower() for suffix in Path(path).suffixes[-2:]]
    packing = PACKINGS.get(suffixes[-1], "") if suffixes else ""
    if packing:
        suffixes.pop()
    kind = KINDS.get(suffixes[-1], "") if suffixes else ""
    if not kind:
        raise UserError(
            f"{path}: the file name does not say what it holds; it may end in {ALLOWED}"
        )
    if kind == "parquet" and packing:
        raise UserError(
            f"{path}: Parquet is compressed inside; unpack it and pass the .parquet file"
        )
    return Format(kind, packing)


def sniff(head: bytes) -> Format:
    """Format of a stream without a name, from its first bytes (after unpacking, if packed)."""
    if head.startswith(b"\x1f\x8b"):
        return Format("", "gzip")
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        return Format("", "zstd")
    if head.startswith(b"PAR1"):
        return Format("parquet")
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return Format("jsonl")
    first_line = head.split(b"\n", 1)[0]
    return Format("tsv" if b"\t" in first_line and b"," not in first_line else "csv")
