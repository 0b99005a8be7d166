"""The bench scores micro models from cached vectors; that must be what the model itself answers."""

import numpy as np
from bench.nanonet_method import cached_logits

import nanonet
from _corpus import labelled, pool

TEXTS = ["Where is the next story hour?", "I paid the fine twice.", "图书馆几点开门", "wifi 😞"]


def test_cached_vectors_give_the_answers_of_an_ensemble(fit, encoder_cache, tmp_path):
    texts, labels = labelled()
    made = fit(texts, labels, pool=pool(), student="ensemble", seed=3)
    model = nanonet.load(made.save(tmp_path / "m"))
    cached = model.proba_of(cached_logits(model, TEXTS, encoder_cache))
    np.testing.assert_allclose(cached, model.predict_proba(TEXTS), atol=2e-6)


def test_cached_vectors_give_the_answers_of_the_micro_model(fitted, encoder_cache):
    micro = fitted["micro"].micro
    own = micro.predict_proba(TEXTS)
    cached = micro.proba_of(cached_logits(micro, TEXTS, encoder_cache))
    np.testing.assert_allclose(cached, own, atol=2e-6)
    assert not np.allclose(own, np.roll(own, 1, axis=0))  # the texts do differ
