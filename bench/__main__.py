"""``python -m bench``: the whole protocol of bench/README.md, then the tables (many hours)."""

from __future__ import annotations

from bench import tables
from bench.run import main as run

PROTOCOL = (
    ["accuracy", "--sets", "ag_news,trec6,sst2", "--shots", "5,10,30"],
    [
        *("accuracy", "--sets", "ag_news,trec6,sst2", "--shots", "10"),
        *("--names", "with,only", "--methods", "nanonet"),
    ],
    [
        *("accuracy", "--sets", "banking77,dbpedia14,newsgroups20,sms_spam"),
        *("--shots", "10", "--methods", "nanonet,lr,tfidf,fasttext"),
    ],
    ["time"],
    ["runtime"],
)

if __name__ == "__main__":
    for arguments in PROTOCOL:
        run(arguments, standalone_mode=False)
    tables.main([])
