"""``predict --prior``: the class mix of the texts to come, from a file or from the texts."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanonet.cli._options import print_notes
from nanonet.errors import UserError

if TYPE_CHECKING:
    from nanonet.runtime import Classifier

ESTIMATE = "estimate"
_READ = 20_000  # texts, by which a mix is known to half a point
_SHOWN = 8


def with_mix(classifier: Classifier, prior: str, table: str, text: str) -> tuple[Classifier, Any]:
    """(the model for the mix that ``prior`` asks for, that mix by class name).

    prior: ``estimate``, or a JSON file with a share or a count for every class.
    """
    if prior != ESTIMATE:
        mix = _read_mix(prior)
        return classifier.with_prior(mix), mix
    mix = classifier.estimate_prior(_first_texts(table, text))
    mix = {name: round(share, 6) for name, share in mix.items()}
    shown = sorted(mix.items(), key=lambda one: -one[1])
    told = ", ".join(f"{name} {share:.1%}" for name, share in shown[:_SHOWN])
    more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    print_notes([f"{table}: the estimated class mix is {told}{more}"])
    return classifier.with_prior(mix), mix


def _read_mix(path: str) -> Any:
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(
            f"cannot read the class mix {path}: {error.strerror}; give a JSON file such as "
            '{"spam": 0.02, "ham": 0.98}, or estimate'
        ) from error
    except ValueError as error:
        raise UserError(
            f"{path} is not JSON ({error}); the class mix is an object such as "
            '{"spam": 0.02, "ham": 0.98}'
        ) from error


def _first_texts(table: str, text: str) -> list[str]:
    from nanonet.data import can_be_read_again, chunk_texts, need_column, open_table

    if not can_be_read_again(table):
        raise UserError(
            "--prior estimate reads the table twice, and standard input can be read only once; "
            "give a file, or the mix itself"
        )
    source = open_table(table)
    need_column(source, text, "--text")
    found = (one for chunk in source.chunks for one in chunk_texts(source, chunk, text)[0])
    return list(islice(found, _READ))
