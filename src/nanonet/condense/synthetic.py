"""The folder of a ``li-li`` study: items, their soft labels, what was measured."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from nanonet import __version__
from nanonet.condense.folder import MANIFEST, ROWS, STUDY_FORMAT, check_place, put_folder
from nanonet.condense.li_li import Synthetic
from nanonet.condense.result import SYNTHETIC

ITEMS = "items.safetensors"


def write_synthetic(study: Synthetic, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write the folder, whole or not at all; every row of ``rows.jsonl`` says it is synthetic."""
    place = Path(path).absolute()
    check_place(place, overwrite=overwrite)
    document = {
        "format": STUDY_FORMAT,
        "format_version": 1,
        "nanonet_version": __version__,
        "classes": list(study.classes),
        "facts": study.facts,
    }
    tensors = {"vectors": study.vectors, "labels": study.labels, "step_sizes": study.sizes}
    data = {
        MANIFEST: (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode(),
        ROWS: "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in _rows(study)).encode(),
        "README.md": f"# Synthetic items (li-li)\n\n```\n{told(study)}\n```\n".encode(),
        ITEMS: save({name: np.ascontiguousarray(value) for name, value in tensors.items()}),
    }
    put_folder(place, data)
    return place


def _rows(study: Synthetic) -> list[dict[str, object]]:
    return [
        {
            "nearest_words": near,
            "source_row": SYNTHETIC,
            "labels": {
                name: round(float(share), 6)
                for name, share in zip(study.classes, labels, strict=True)
            },
        }
        for near, labels in zip(study.near, study.labels, strict=True)
    ]


def told(study: Synthetic) -> str:
    """The figures as lines for a person."""
    held, size = study.facts["held_out"], study.facts["bytes"]
    lines = [
        f"learned        {len(study.labels)} synthetic items for {study.facts['network']}, for "
        f"{study.facts['table']['rows']:,} rows; {len(study.sizes)} steps of training",
        f"size           {size['items']:,} bytes; the network they train has {size['network']:,}",
        f"held out       {held['rows']:,} rows; accuracy from one start, and from "
        f"{len(held['fixed']['fresh_starts'])} fresh ones",
        f"                 {'whole table':<24} {held['full']:6.1%}",
    ]
    names = {"fixed": "learned for that start", "random": "learned over fresh starts",
             "random_texts": "random texts"}  # fmt: skip
    for key, name in names.items():
        fresh = held[key]["fresh_starts"]
        lines.append(
            f"                 {name:<25}{held[key]['its_start']:6.1%}  {np.mean(fresh):6.1%} "
            f"± {np.std(fresh, ddof=1):.1%}"
        )
    return "\n".join([*lines, "note: a study; nanonet fit does not take this folder"])
