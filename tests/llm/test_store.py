"""The file of paid answers: limits hold under threads, damage is one sentence."""

import sqlite3
import threading

import pytest

from nanonet.errors import UserError
from nanonet.llm import Account, Limits, Store
from nanonet.llm.store import Kept

NOTHING = Kept("paid")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "llm" / "answers.sqlite"


def test_money_is_put_aside_used_given_back_or_lost(path):
    store, limits = Store(path), Limits(budget=100)
    assert store.reserve("a", 60, limits)
    assert not store.reserve("a", 41, limits)
    assert store.reserve("b", 100, limits)  # another job, another purse
    store.release("a", 60)
    assert store.reserve("a", 41, limits)
    store.lose("a", 41)
    assert not store.reserve("a", 60, limits)
    assert store.reserve("a", 59, limits)
    store.settle("a", 59, "k", Kept("ok", "{}", cost=7), "m", Kept("paid", "", "", 0, 5, 6, 7))
    assert store.account("a") == Account(3, 7, 1, 41, 5, 6)
    assert store.find(["k", "other"]) == {"k": Kept("ok", "{}", cost=7)}


def test_what_a_killed_run_had_put_aside_stays_put_aside(path):
    Store(path).reserve("a", 60, Limits(budget=100))
    after = Store(path)
    assert after.account("a") == Account(calls=1, in_doubt=1, doubtful=60)
    assert not after.reserve("a", 50, Limits(budget=100))


def test_many_threads_and_two_connections_never_pass_the_limits(path):
    stores, taken = (Store(path), Store(path)), []

    def take(number):
        for _ in range(20):
            if stores[number % 2].reserve("a", 7, Limits(budget=500, max_calls=60)):
                taken.append(7)

    threads = [threading.Thread(target=take, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 60
    assert stores[0].account("a").doubtful == 420


def test_a_foreign_or_newer_file_is_one_sentence(path):
    path.parent.mkdir()
    path.write_bytes(b"certainly no database" * 100)
    with pytest.raises(UserError, match=r"cannot be used .*--cache-dir"):
        Store(path)
    path.unlink()
    Store(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version=99")
    with pytest.raises(UserError, match="of a newer nanonet"):
        Store(path)
