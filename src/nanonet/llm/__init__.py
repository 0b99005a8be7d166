"""Labels, descriptions and texts from a language model behind any OpenAI-compatible endpoint.

Money is spent once: answers are kept by content, calls are put aside before they are sent.
"""

from nanonet.llm.asker import Asker, AskSettings, job_name, store_path
from nanonet.llm.cheap import (
    NameVotes,
    choose,
    name_probabilities,
    top_classes,
)
from nanonet.llm.classfile import class_toml, concept_classes
from nanonet.llm.classify import NONE_OF_THESE, LLMVotes, Sorting
from nanonet.llm.concept import (
    Borderline,
    Concept,
    Judged,
    attribute_readings,
    borderline,
    concept_question,
    concept_votes,
    judge,
    reading_questions,
    write_concept,
)
from nanonet.llm.endpoint import NANO, Endpoint, Prices, dollars
from nanonet.llm.estimate import Estimate, estimate
from nanonet.llm.fence import FENCE_RULE, fenced
from nanonet.llm.ledger import Ledger
from nanonet.llm.perspectives import (
    Attribute,
    Perspective,
    attribute_questions,
    find_perspectives,
    groups,
)
from nanonet.llm.provenance import provenance_path, read_provenance
from nanonet.llm.question import Answer, Invalid, Question, object_schema
from nanonet.llm.store import Account, Limits, Store
from nanonet.llm.writing import (
    Written,
    augment,
    augment_questions,
    describe_classes,
    describe_questions,
    generate,
    generate_questions,
)

__all__ = [
    "FENCE_RULE",
    "NANO",
    "NONE_OF_THESE",
    "Account",
    "Answer",
    "AskSettings",
    "Asker",
    "Attribute",
    "Borderline",
    "Concept",
    "Endpoint",
    "Estimate",
    "Invalid",
    "Judged",
    "LLMVotes",
    "Ledger",
    "Limits",
    "NameVotes",
    "Perspective",
    "Prices",
    "Question",
    "Sorting",
    "Store",
    "Written",
    "attribute_questions",
    "attribute_readings",
    "augment",
    "augment_questions",
    "borderline",
    "choose",
    "class_toml",
    "concept_classes",
    "concept_question",
    "concept_votes",
    "describe_classes",
    "describe_questions",
    "dollars",
    "estimate",
    "fenced",
    "find_perspectives",
    "generate",
    "generate_questions",
    "groups",
    "job_name",
    "judge",
    "name_probabilities",
    "object_schema",
    "provenance_path",
    "read_provenance",
    "reading_questions",
    "store_path",
    "top_classes",
    "write_concept",
]
