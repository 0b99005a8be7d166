"""What ``nanonet label`` works on: everything the command names, read and checked at the start."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from nanonet import __version__
from nanonet.cli._llm_options import make_asker
from nanonet.errors import UserError

if TYPE_CHECKING:
    from nanonet.data import ClassSpec
    from nanonet.llm import Asker, LLMVotes, Question
    from nanonet.progress import Progress
    from nanonet.votes import VoteTable

__all__ = ["SOURCES", "Work", "chosen_sources"]

SOURCES = ("names", "rules", "llm")
_SAMPLE = 60  # texts in which attributes are looked for


def chosen_sources(listed: str) -> list[str]:
    """The sources named in a comma-separated list, each once."""
    chosen = [name.strip() for name in listed.split(",") if name.strip()]
    unknown = [name for name in chosen if name not in SOURCES]
    if unknown or not chosen:
        seen = unknown[0] if unknown else listed
        raise UserError(f"--source: {seen!r} is no source; there are {', '.join(SOURCES)}")
    return list(dict.fromkeys(chosen))


@dataclass
class Work:
    """Everything the command names, read before any work starts."""

    texts: tuple[str, ...]
    classes: tuple[ClassSpec, ...]
    settings: dict[str, Any]
    progress: Progress
    notes: list[str]
    asker: Asker | None = None
    llm: LLMVotes | None = None
    rows: np.ndarray[Any, Any] = field(default_factory=lambda: np.empty(0, np.int64))
    _names: Any = None

    @classmethod
    def read(cls, pool: str, classes: str, settings: dict[str, Any], progress: Progress) -> Work:
        from nanonet.data import read_classes, read_pool

        notes: list[str] = []
        chosen = chosen_sources(settings["source"])
        if ("rules" in chosen) != (settings["rules"] is not None):
            raise UserError("the source rules and the option --rules FILE go together; give both")
        specs = read_classes(classes)
        texts = read_pool(pool, settings["text"], notes).texts
        work = cls(texts, specs, settings, progress, notes)
        if "llm" in chosen:
            work.prepare_llm(pool)
        elif settings["dry_run"]:
            raise UserError("--dry-run is for the source llm; the others cost nothing")
        return work

    def prepare_llm(self, pool: str) -> None:
        """The asker, the texts it will be asked, and what it is shown."""
        from nanonet.data import fingerprint, read_labelled
        from nanonet.llm import LLMVotes, Sorting

        given = self.settings
        keys = ("mode", "top", "or_none", "perspectives", "strategy", "count", "by", "seed")
        job = ("label", fingerprint(self.texts), self.classes, [given[k] for k in keys])
        self.asker = make_asker(given, job, given["cache_dir"], self.progress)
        few = read_labelled(given["labelled"], given["text"]) if given["labelled"] else None
        self.rows = self._choose()
        pick = given["mode"] == "pick"
        sorting = Sorting(
            or_none=given["or_none"],
            examples=tuple(zip(few.texts, few.labels, strict=True)) if few else (),
            candidates=self._candidates if pick else None,
        )
        self.llm = LLMVotes(self.asker, sorting)

    def believed(self) -> Any:
        """Probabilities [n, C] of the model given with --by, or from the class names."""
        if self.settings["by"] is None:
            return self.by_names()
        from nanonet.runtime import load

        model = load(self.settings["by"])
        names = [spec.name for spec in self.classes]
        if sorted(model.classes_) != sorted(names):
            raise UserError(
                f"{self.settings['by']}: knows other classes ({', '.join(model.classes_[:5])}) "
                "than --classes names; use a model of the same classes"
            )
        order = [model.classes_.index(name) for name in names]
        return model.predict_proba(list(self.texts))[:, order]

    def by_names(self) -> Any:
        """Probabilities [n, C] from the class names, computed once."""
        if self._names is None:
            from nanonet.llm import name_probabilities

            home, encoder = self.settings["cache_dir"], self.settings["encoder"]
            self._names = name_probabilities(self.texts, self.classes, encoder, home, self.progress)
        return self._names

    def _choose(self) -> Any:
        from nanonet.llm import choose

        given, rows = self.settings, len(self.texts)
        count, strategy = given["count"] or rows, given["strategy"]
        if strategy == "difficulty" and given["by"] is None:
            raise UserError(
                "the strategy difficulty compares a model with the class names; give --by MODEL"
            )
        table = self.believed() if count < rows and strategy != "random" else None
        teacher = self.by_names() if table is not None and strategy == "difficulty" else None
        rng = np.random.default_rng(given["seed"])
        return choose(strategy, count, table, rows, rng, given["accuracy"], teacher)

    def _candidates(self, texts: Any, classes: Any) -> Any:
        from nanonet.llm import top_classes

        return top_classes(self.believed()[self.rows], self.settings["top"])

    def asked(self) -> list[str]:
        """The texts the model is asked."""
        return [self.texts[i] for i in self.rows]

    def find_sides(self) -> None:
        """Perspectives from a sample of the pool, where some are asked for."""
        from nanonet.encode import unit_vectors
        from nanonet.llm import find_perspectives

        count = self.settings["perspectives"]
        if not count or self.llm is None or self.asker is None:
            return

        def embed(names: Any) -> Any:
            from nanonet.encode import load_encoder

            home = self.settings["cache_dir"]
            model = load_encoder(self.settings["encoder"], cache_dir=home, progress=self.progress)
            return unit_vectors(model, names, home, self.progress)

        sides = find_perspectives(self.asker, self.sample(), count, embed)
        if len(sides) < count:
            self.notes.append(f"{len(sides)} perspectives were found where {count} were asked for")
        self.llm.sorting = replace(self.llm.sorting, perspectives=sides)

    def questions(self) -> list[Question]:
        """Everything the model would be asked; perspectives not yet known are stood in for."""
        from nanonet.llm import Perspective, attribute_questions

        assert self.llm is not None
        count = self.settings["perspectives"]
        before = attribute_questions(self.sample()) if count else []
        stand_ins = tuple(Perspective(str(i), f"{i:>3}" * 70) for i in range(count))
        self.llm.sorting = replace(self.llm.sorting, perspectives=stand_ins)
        return before + [q for _, _, q in self.llm.questions(self.asked(), self.classes)]

    def sample(self) -> list[str]:
        """The texts in which attributes are looked for."""
        rng = np.random.default_rng(self.settings["seed"])
        return [self.texts[i] for i in np.sort(rng.permutation(len(self.texts))[:_SAMPLE])]

    def provenance(self, pool: str, classes: str, votes: VoteTable) -> dict[str, Any]:
        """What the votes were made from and what they cost."""
        from nanonet.data import fingerprint

        hidden = {"key", "base_url", "text", "dry_run", "concurrency", "timeout", "cache_dir"}
        facts: dict[str, Any] = {
            "nanonet": __version__,
            "pool": {"file": pool, "rows": len(self.texts), "sha256": fingerprint(self.texts)},
            "classes": {"file": classes, "names": [spec.name for spec in self.classes]},
            "settings": {k: v for k, v in sorted(self.settings.items()) if k not in hidden},
            "sources": {name: len(votes.of_source(name)) for name in votes.sources},
        }
        if self.llm is not None and self.asker is not None:
            facts["llm"] = self.asker.ledger.to_dict()
            facts["perspectives"] = [
                {"name": p.name, "instruction": p.instruction, "members": list(p.members)}
                for p in self.llm.sorting.perspectives
            ]
            facts["abstained"] = [
                {"row": int(self.rows[row]), "source": source, "why": why}
                for (row, source), why in sorted(self.llm.why.items())
            ]
        return facts
