"""Where labels come from besides people, and what to do with them when sources disagree."""

from nanonet.votes.aggregate import METHODS, Aggregate, aggregate
from nanonet.votes.files import read_votes, write_votes
from nanonet.votes.names import NameEvidence, class_sentences, name_evidence
from nanonet.votes.opinion import OPINION_PAIRS, Opinion, opinion, opinion_sentences
from nanonet.votes.rules import FunctionRule, Rule, keyword_pattern, read_rules
from nanonet.votes.table import ABSTAIN, VoteSource, VoteTable, concat
from nanonet.votes.trust import Probe, Trust

__all__ = [
    "ABSTAIN",
    "METHODS",
    "OPINION_PAIRS",
    "Aggregate",
    "FunctionRule",
    "NameEvidence",
    "Opinion",
    "Probe",
    "Rule",
    "Trust",
    "VoteSource",
    "VoteTable",
    "aggregate",
    "class_sentences",
    "concat",
    "keyword_pattern",
    "name_evidence",
    "opinion",
    "opinion_sentences",
    "read_rules",
    "read_votes",
    "write_votes",
]
