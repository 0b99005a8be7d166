"""Where labels come from besides people, and what to do with them when sources disagree."""

from nanonet.votes.aggregate import METHODS, Aggregate, aggregate
from nanonet.votes.alignment import Alignment, align
from nanonet.votes.centroids import Centroids, Keywords, reestimate
from nanonet.votes.descent import Descent, best_by_path, tree_evidence
from nanonet.votes.embed import unit_embedder
from nanonet.votes.files import read_votes, write_votes
from nanonet.votes.names import NameEvidence, class_sentences, name_evidence
from nanonet.votes.opinion import OPINION_PAIRS, Opinion, opinion, opinion_sentences
from nanonet.votes.rules import FunctionRule, Rule, keyword_pattern, read_rules
from nanonet.votes.similarity import Similarity, sentence_vectors, top_votes
from nanonet.votes.table import ABSTAIN, VoteSource, VoteTable, concat
from nanonet.votes.taxonomy import TRIED_BELOW, Grouping, group, name_groups
from nanonet.votes.tree import Tree
from nanonet.votes.trust import Probe, Trust

__all__ = [
    "ABSTAIN",
    "METHODS",
    "OPINION_PAIRS",
    "TRIED_BELOW",
    "Aggregate",
    "Alignment",
    "Centroids",
    "Descent",
    "FunctionRule",
    "Grouping",
    "Keywords",
    "NameEvidence",
    "Opinion",
    "Probe",
    "Rule",
    "Similarity",
    "Tree",
    "Trust",
    "VoteSource",
    "VoteTable",
    "aggregate",
    "align",
    "best_by_path",
    "class_sentences",
    "concat",
    "group",
    "keyword_pattern",
    "name_evidence",
    "name_groups",
    "opinion",
    "opinion_sentences",
    "read_rules",
    "read_votes",
    "reestimate",
    "sentence_vectors",
    "top_votes",
    "tree_evidence",
    "unit_embedder",
    "write_votes",
]
