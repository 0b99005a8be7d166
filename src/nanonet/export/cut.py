"""A smaller encoder cut out of an exported one: only what some of its readouts need."""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nanonet.errors import MissingExtra, UserError


def keep_readouts(source: Path, out: Path, which: Sequence[int]) -> Path:
    """Write ``source`` with only the readouts ``which`` (positions, in that order) as ``out``.

    Layers that none of them needs are gone, with their weights; what is left gives the same
    numbers to the bit, in a fraction of the time where only early layers are read. The bytes depend
    on the arguments alone. Raises UserError where the file does not end in a stack of readouts.
    """
    try:
        import onnx
    except ImportError:
        raise MissingExtra("cutting an encoder", "train") from None
    model = onnx.load(str(source))
    graph = model.graph
    name = graph.output[0].name
    last = next((node for node in graph.node if name in node.output), None)
    if last is None or last.op_type != "Concat" or len(last.input) <= max(which):
        raise UserError(
            f"{source.name} does not end in a stack of readouts, so no smaller encoder can be cut "
            "from it; use --student micro or nano"
        )
    chosen = [last.input[place] for place in which]
    del last.input[:]
    last.input.extend(chosen)
    _prune(graph)
    shape = graph.output[0].type.tensor_type.shape
    if len(shape.dim) > 1:
        shape.dim[1].dim_value = len(chosen)
    scratch = out.with_name(f"{out.name}.{uuid.uuid4().hex[:12]}.tmp")
    try:
        onnx.save(model, str(scratch))
        os.replace(scratch, out)
    except OSError as error:
        raise UserError(
            f"cannot write {out} ({error.strerror or error}); free some space or choose another "
            "folder"
        ) from error
    finally:
        scratch.unlink(missing_ok=True)
    return out


def _prune(graph: Any) -> None:
    """Drop nodes and weights that no output needs."""
    maker = {name: node for node in graph.node for name in node.output}
    needed: set[str] = set()
    ask = [output.name for output in graph.output]
    while ask:
        name = ask.pop()
        if name in needed:
            continue
        needed.add(name)
        if name in maker:
            ask += [*maker[name].input, *_outer_names(maker[name])]
    nodes = [node for node in graph.node if needed & set(node.output)]
    weights = [weight for weight in graph.initializer if weight.name in needed]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(weights)


def _outer_names(node: Any) -> list[str]:
    """What the branches of a node may read from around it."""
    inner = [attribute.g for attribute in node.attribute if attribute.HasField("g")]
    return [name for part in inner for one in part.node for name in one.input]
