"""The letters' model reads a sentence as scikit-learn's own vectorizers and SVM would."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix, hstack
from sklearn.svm import LinearSVC

from bot.understanding.linear import LinearIntents, _vectorizers

TAUGHT = {
    "zh": {
        "report_outage": ["家里停电了", "整栋楼都没电", "突然一片漆黑", "灯全灭了，灯全灭了"],
        "pay_bill": ["我想交电费", "怎么缴费", "可以用微信付吗", "在哪里交钱"],
        "query_bill": ["上个月多少钱", "账单给我看看", "电费单子呢", "这个月的账单出来没"],
    },
    "en": {
        "report_outage": ["my power is out", "no electricity here", "the lights went off off off"],
        "pay_bill": ["i want to pay my bill", "how can i pay", "can i pay by card?"],
    },
}
ASKED = {
    "zh": ["停电停电停电了怎么办", "账单怎么交", "我想交电费", "ᚠ", ""],
    "en": ["can the lights pay the bill", "power!", "off off", "", "停"],
}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_one_sentence_is_read_as_scikit_learn_reads_it(lang: str) -> None:
    texts = [text for texts in TAUGHT[lang].values() for text in texts]
    labels = [label for label, texts in TAUGHT[lang].items() for _ in texts]
    vectorizers = _vectorizers(lang)
    features = csr_matrix(hstack([v.fit_transform(texts) for v in vectorizers]))
    svm = LinearSVC(C=1.0, class_weight="balanced").fit(features, labels)
    margins = svm.decision_function(csr_matrix(hstack([v.transform(ASKED[lang]) for v in vectorizers])))
    scores = np.c_[-margins, margins] if margins.ndim == 1 else margins
    expected = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    # One language alone is asked whatever the script is.
    model = LinearIntents(1.0, folds=0).fit(texts, labels)
    assert model.labels == list(svm.classes_)
    assert model.predict(ASKED[lang]) == pytest.approx(expected, abs=1e-5)


def test_two_languages_know_their_own_intents() -> None:
    sentences = [(text, label) for of in TAUGHT.values() for label, texts in of.items() for text in texts]
    model = LinearIntents(1.0, folds=2).fit(*zip(*sentences, strict=True))
    assert model.labels == ["pay_bill", "query_bill", "report_outage"]
    zh, en = model.predict(["账单多少钱", "my bill, can i pay it"])
    assert model.labels[zh.argmax()] == "query_bill"
    assert model.labels[en.argmax()] == "pay_bill"
    assert en[1] == 0.0, "nobody taught it in English"
    assert model.predict([]).shape == (0, 3)
