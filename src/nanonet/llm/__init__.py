"""Labels, descriptions and texts from a language model behind any OpenAI-compatible endpoint.

Money is spent once: answers are kept by content, calls are put aside before they are sent.
"""

from nanonet.llm.asker import Asker, AskSettings, job_name, store_path
from nanonet.llm.classify import NONE_OF_THESE, LLMVotes, Sorting
from nanonet.llm.endpoint import NANO, Endpoint, Prices, dollars
from nanonet.llm.estimate import Estimate, estimate
from nanonet.llm.fence import FENCE_RULE, fenced
from nanonet.llm.ledger import Ledger
from nanonet.llm.perspectives import Attribute, Perspective, find_perspectives, groups
from nanonet.llm.question import Answer, Invalid, Question, object_schema
from nanonet.llm.store import Account, Limits, Store
from nanonet.llm.writing import Written, augment, describe_classes, generate

__all__ = [
    "FENCE_RULE",
    "NANO",
    "NONE_OF_THESE",
    "Account",
    "Answer",
    "AskSettings",
    "Asker",
    "Attribute",
    "Endpoint",
    "Estimate",
    "Invalid",
    "LLMVotes",
    "Ledger",
    "Limits",
    "Perspective",
    "Prices",
    "Question",
    "Sorting",
    "Store",
    "Written",
    "augment",
    "describe_classes",
    "dollars",
    "estimate",
    "fenced",
    "find_perspectives",
    "generate",
    "groups",
    "job_name",
    "object_schema",
    "store_path",
]
