"""Tables in and out: reading them into the role they play, checking, guarding, fingerprints."""

from nanonet.data._ahead import ahead
from nanonet.data._chunks import Chunk, Mark, Plan, Source, TableChanged
from nanonet.data._encode import Answers
from nanonet.data._format import format_of
from nanonet.data._journal import Done
from nanonet.data._minhash import near_pairs
from nanonet.data._part import Part
from nanonet.data._stream import can_be_read_again
from nanonet.data.classes import ClassSpec, read_classes
from nanonet.data.fingerprint import fingerprint
from nanonet.data.guard import Guarded, GuardReport, guard
from nanonet.data.keep import gather_rows, keep_rows
from nanonet.data.many import (
    ManyLabelled,
    ManyTest,
    as_one,
    joined,
    read_any_labelled,
    read_many_test,
)
from nanonet.data.rows import chunk_texts, iter_rows, need_column, open_table
from nanonet.data.tables import read_labelled, read_pool, read_test
from nanonet.data.types import Labelled, Pool, Test, Validation
from nanonet.data.whole import write_whole
from nanonet.data.write import added_names, check_target, write_table

__all__ = [
    "Answers",
    "Chunk",
    "ClassSpec",
    "Done",
    "GuardReport",
    "Guarded",
    "Labelled",
    "ManyLabelled",
    "ManyTest",
    "Mark",
    "Part",
    "Plan",
    "Pool",
    "Source",
    "TableChanged",
    "Test",
    "Validation",
    "added_names",
    "ahead",
    "as_one",
    "can_be_read_again",
    "check_target",
    "chunk_texts",
    "fingerprint",
    "format_of",
    "gather_rows",
    "guard",
    "iter_rows",
    "joined",
    "keep_rows",
    "near_pairs",
    "need_column",
    "open_table",
    "read_any_labelled",
    "read_classes",
    "read_labelled",
    "read_many_test",
    "read_pool",
    "read_test",
    "write_table",
    "write_whole",
]
