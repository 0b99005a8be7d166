"""Each text lies before one page at a time; answers, undo, skip and what is told of the model."""

import threading

import pytest

from nanonet.data import ClassSpec
from nanonet.errors import UserError
from nanonet.labelling import (
    LEASE_SECONDS,
    ClassList,
    Conflict,
    Desk,
    Files,
    Order,
    RowFile,
    estimated,
)

TEXTS = [f"text {i}" for i in range(40)]


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def make(folder, clock, texts=TEXTS, check_every=0, names=("a", "b")):
    files = Files(
        RowFile(folder / "answers.jsonl", ("text", "label")),
        RowFile(folder / "aside.jsonl", ("text", "why")),
    )
    labels = [row["label"] for row in files.answers.rows]
    classes = ClassList(list(map(ClassSpec, names)), labels, RowFile(folder / "c.jsonl", ("name",)))
    return Desk(texts, classes, files, check_every, clock)


def test_two_pages_get_different_texts_and_a_reload_the_same(tmp_path, clock):
    desk = make(tmp_path, clock)
    one, other = desk.next("page-one"), desk.next("page-two")
    assert one.row != other.row
    assert desk.next("page-one") == one


def test_many_pages_at_once_never_double_an_answer(tmp_path, clock):
    desk = make(tmp_path, clock)
    given = []

    def work(name):
        while (lease := desk.next(name)) is not None:
            desk.answer(name, lease.row, "a")
            given.append(lease.row)

    threads = [threading.Thread(target=work, args=(f"page-{i}",)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(given) == list(range(len(TEXTS)))
    assert sorted(text for text, _, _ in desk.answered()) == sorted(TEXTS)


def test_a_request_sent_twice_is_kept_once_and_another_answer_is_refused(tmp_path, clock):
    desk = make(tmp_path, clock)
    row = desk.next("page-one").row
    assert desk.answer("page-one", row, "a") is True
    assert desk.answer("page-one", row, "a") is False
    with pytest.raises(Conflict, match="labelled 'a' meanwhile"):
        desk.answer("page-two", row, "b")
    assert len(desk.answered()) == 1


def test_a_text_before_somebody_else_is_not_answered_until_they_are_gone(tmp_path, clock):
    desk = make(tmp_path, clock)
    row = desk.next("page-one").row
    with pytest.raises(Conflict, match="somebody else"):
        desk.answer("page-two", row, "a")
    clock.now = LEASE_SECONDS + 1
    assert desk.next("page-two").row == row, "the first page was closed long ago"
    with pytest.raises(Conflict):
        desk.answer("page-one", row, "b")
    assert desk.next("page-one").row != row


def test_a_page_that_slept_goes_on_where_nobody_took_its_text(tmp_path, clock):
    desk = make(tmp_path, clock)
    row = desk.next("page-one").row
    clock.now = 10 * LEASE_SECONDS
    assert desk.answer("page-one", row, "a") is True


def test_undo_takes_back_this_pages_last_steps_and_nobody_elses(tmp_path, clock):
    desk = make(tmp_path, clock)
    mine = desk.next("page-one").row
    desk.answer("page-one", mine, "a")
    desk.answer("page-two", desk.next("page-two").row, "b")
    aside = desk.next("page-one").row
    desk.put_aside("page-one", aside, "unsure")
    skipped = desk.next("page-one").row
    desk.put_aside("page-one", skipped, "skip")
    for row, label in ((skipped, None), (aside, None), (mine, "a")):
        assert desk.undo("page-one") == label
        assert desk.next("page-one").row == row
    with pytest.raises(UserError, match="nothing to undo"):
        desk.undo("page-one")
    assert [label for _, label, _ in desk.answered()] == ["b"]
    assert desk.state()["unsure"] == desk.state()["skipped"] == 0


def test_skipped_texts_come_again_last_and_unsure_ones_never(tmp_path, clock):
    desk = make(tmp_path, clock, TEXTS[:3])
    desk.put_aside("page-one", desk.next("page-one").row, "skip")
    desk.put_aside("page-one", desk.next("page-one").row, "unsure")
    seen = []
    while (lease := desk.next("page-one")) is not None:
        seen.append(lease.row)
        desk.answer("page-one", lease.row, "a")
    assert seen == [2, 0]
    assert desk.state()["left"] == 0


def test_it_goes_on_where_it_stopped(tmp_path, clock):
    desk = make(tmp_path, clock)
    desk.add_class("new one")
    desk.answer("page-one", desk.next("page-one").row, "new one")
    desk.put_aside("page-one", desk.next("page-one").row, "unsure")
    desk.close()
    desk.classes._file.close()
    again = make(tmp_path, clock)
    assert again.classes.names == ["a", "b", "new one"]
    assert again.state()["answered"] == again.state()["unsure"] == 1
    assert again.next("page-one").row == 2


@pytest.mark.parametrize("name", ["", "  ", "A", "x|y", "x" * 101, "a\x07b", "\ud800"])
def test_names_that_cannot_be_classes(tmp_path, clock, name):
    desk = make(tmp_path, clock)
    with pytest.raises(UserError):
        desk.add_class(name)
    assert desk.classes.names == ["a", "b"]


def test_what_a_page_may_not_say(tmp_path, clock):
    desk = make(tmp_path, clock)
    row = desk.next("page-one").row
    with pytest.raises(UserError, match="no class 'c'"):
        desk.answer("page-one", row, "c")
    with pytest.raises(UserError, match="'row' is 99"):
        desk.answer("page-one", 99, "a")
    with pytest.raises(UserError, match="'aside' is 'later'"):
        desk.put_aside("page-one", row, "later")
    assert not desk.answered()


def test_the_order_is_followed_and_every_fifth_text_is_a_check_without_which_nothing_is_told(
    tmp_path, clock
):
    desk = make(tmp_path, clock, check_every=5)
    desk.answer("page-one", desk.next("page-one").row, "a")
    guesses = dict.fromkeys(range(40), (("a", 0.75), ("b", 0.25)))
    desk.take_order(Order(tuple(range(39, 9, -1)), (7, 3, 8), guesses, 1))
    given = []
    for _ in range(10):
        given.append(desk.next("page-one"))
        desk.answer("page-one", given[-1].row, "a" if given[-1].row != 3 else "b")
    assert [lease.row for lease in given] == [39, 38, 37, 36, 7, 35, 34, 33, 32, 3]
    assert [lease.check for lease in given] == [False] * 4 + [True] + [False] * 4 + [True]
    told = desk.state()["estimate"]
    assert told == {"checks": 2, "needed": 10, "known": False}


def test_a_guess_reaches_the_text_that_was_there_before_it(tmp_path, clock):
    desk = make(tmp_path, clock)
    row = desk.next("page-one").row
    desk.take_order(Order((), (), {row: (("b", 0.9),)}, 0))
    assert desk.next("page-one").guess == (("b", 0.9),)


def test_the_estimate_is_of_the_latest_checks_and_comes_with_its_interval():
    rows = [{"check": True, "guess": "b", "label": "a"}] * 30
    rows += [{"check": True, "guess": "a", "label": "a"}] * 40
    rows += [{"check": True, "guess": "b", "label": "a"}] * 10
    rows += [
        {"check": False, "guess": "b", "label": "a"},
        {"check": True, "guess": "", "label": "a"},
    ]
    told = estimated(rows)
    assert told["known"]
    assert (told["checks"], told["share"]) == (50, 0.8)
    assert 0.65 < told["low"] < 0.8 < told["high"] < 0.9
    assert not estimated(rows[:9])["known"]
