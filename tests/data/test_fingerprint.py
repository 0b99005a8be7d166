"""Fingerprints tell content apart, and stay the same for ever."""

import pytest

from nanonet.data import fingerprint


def test_known_value():
    # Written into artefacts: a change here makes old provenance unreadable.
    assert fingerprint(["a", "bc"], ["x", "y"]) == KNOWN


def test_order_bounds_and_labels_count():
    prints = {
        fingerprint(["a", "bc"]),
        fingerprint(["bc", "a"]),
        fingerprint(["ab", "c"]),
        fingerprint(["a", "bc"], ["x", "y"]),
        fingerprint(["a", "bc"], ["y", "x"]),
        fingerprint(["a", "bc", "x", "y"]),
        fingerprint([]),
    }
    assert len(prints) == 7


def test_lone_surrogates_and_uneven_columns():
    assert len(fingerprint(["\ud800"])) == 64
    with pytest.raises(ValueError, match="2 texts but 1"):
        fingerprint(["a", "b"], ["x"])


KNOWN = "18de4248feae45c827e60dce4ab7a18a51f7b48f203eb7f5a165014f77e9dea2"
