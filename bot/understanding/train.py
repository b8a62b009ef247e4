"""Trains Rasa's model when what it learns from has changed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

from bot.understanding.encoders.choice import Source, configured_encoder
from bot.understanding.knowledge import teach_articles
from bot.understanding.model_text import model_text
from bot.understanding.teaching import BadTeaching, missing_intents, read_examples
from domain.errors import Unavailable

HOUSE = Path(__file__).resolve().parents[2]
RASA_PYTHON = HOUSE / ".venv-rasa" / "bin" / "python"
_LEARNED_BY = (
    "linear.py", "rasa_components.py", "model_text.py", "normalise.py", "entities/numerals.py", "script.py",
    "dense.py", "dense_learning.py", "encoders/kept_vectors.py", "hearing/own_words.py", "hearing/sounds.py",
     "hearing/typed_pinyin.py", "hearing/by_sound.py", "hearing/slips.py", "letters.py",
)  # fmt: skip
"""Code that changes what is learned."""
_KEPT = 2
"""Models kept: the present one, and the one before to go back to."""


_Sentence = tuple[str, str]
"""A text as the models will be asked it, and its intent."""


class TrainingFailed(Unavailable):
    """Rasa's training ended badly; the text carries its last lines."""


def train(
    data_dir: Path,
    models_dir: Path,
    if_needed: bool = True,
    progress: Callable[[str], None] = print,
    *,
    config: Path = HOUSE / "config.yml",
    python: Path = RASA_PYTHON,
    all_intents: bool = True,
) -> Path:
    """The model trained on ``data_dir/intents`` with the pipeline of ``config``.

    Beside it the second voice on intents (:mod:`bot.understanding.dense`) and the index of the articles
    (:mod:`bot.understanding.knowledge`), where the encoder is installed.
    With ``if_needed`` a model already there with the same fingerprint (language files, configuration and
    the code that learns) is returned at once. ``all_intents`` demands that all 50 be taught.

    Raises:
        BadTeaching: the language files contradict themselves or the taxonomy; nothing was trained.
        TrainingFailed: Rasa's process failed.
        EncoderMissing: the encoder that the configuration names cannot be loaded.
    """
    models_dir = models_dir.resolve()
    print_of = fingerprint(data_dir, config)
    encoder = configured_encoder(config)
    teach_articles(data_dir, models_dir, encoder, progress)
    model = models_dir / f"nlu-{print_of}.tar.gz"
    dense = models_dir / f"dense-{print_of}.npz"
    if if_needed and model.exists() and (dense.exists() or encoder is None):
        for path in (model, dense):
            if path.exists():
                path.touch()
        return model
    examples = read_examples(data_dir)
    missing = missing_intents(examples)
    if missing and all_intents:
        raise BadTeaching(f"nothing under {data_dir / 'intents'} teaches: {', '.join(missing)}")
    if not python.exists():
        raise TrainingFailed(f"Rasa's environment is missing: {python}; `make setup` creates it")
    by_lang = Counter(e.lang for e in examples)
    texts = [(model_text(e.text), e.intent) for e in examples]
    sentences = [(text, intent) for text, intent in texts if text]
    progress(f"training on {len(examples)} sentences ({by_lang['zh']} Chinese, {by_lang['en']} English)")
    models_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="teach-", dir=models_dir) as folder:
        taught = Path(folder) / "nlu.yml"
        taught.write_text(_as_rasa(sentences), encoding="utf-8")
        with ThreadPoolExecutor(1) as beside:
            out = Path(folder) / "out"
            rasa = beside.submit(_run_rasa, python, config, taught, out, model.name, progress)
            _teach_meaning(sentences, config, encoder, dense, progress)
            rasa.result()
        # The rename makes the model appear whole or not at all; it comes last, for whoever waits for it.
        (out / model.name).replace(model)
    _forget_old(models_dir)
    progress(f"trained {model.name}")
    return model


def _teach_meaning(
    sentences: Sequence[_Sentence],
    config: Path,
    encoder: Source | None,
    path: Path,
    progress: Callable[[str], None],
) -> None:
    if encoder is None:
        progress("no encoder here: Rasa's model will speak alone")
        return
    # Imports scikit-learn, which a start that finds its model should not wait for.
    from bot.understanding.dense_learning import teach

    pipeline = yaml.safe_load(config.read_text(encoding="utf-8"))["pipeline"]
    svm_c = next((float(part["svm_c"]) for part in pipeline if "svm_c" in part), 0.6)
    progress("reading the meaning of each sentence")
    teach([text for text, _ in sentences], [intent for _, intent in sentences], svm_c, encoder, path)


def fingerprint(data_dir: Path, config: Path) -> str:
    """Twelve characters that change with the language files, the pipeline, the encoder or what learns."""
    encoder = configured_encoder(config)
    digest = hashlib.sha256(encoder.made_by.encode() if encoder else b"")
    pipeline = {
        k: v
        for k, v in yaml.safe_load(config.read_text(encoding="utf-8")).items()
        if k not in ("understanding", "knowledge")
    }
    digest.update(repr(pipeline).encode())
    here = Path(__file__).parent
    files = [
        *sorted((data_dir / "intents").glob("*.yml")),
        data_dir / "speech.yml",
        *(here / name for name in _LEARNED_BY),
    ]
    for path in files:
        if path.exists():
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def newest_model(models_dir: Path) -> Path | None:
    """The model that was trained or chosen last."""
    return max(models_dir.glob("nlu-*.tar.gz"), key=lambda p: p.stat().st_mtime, default=None)


def rasa_surroundings(home: Path) -> dict[str, str]:
    """The whole environment of any process of Rasa: our package found, no telemetry, no chatter.

    Nothing of ours is passed on; ``home`` takes what Rasa would write into the user's own folder.
    """
    return {
        "PATH": os.defpath,
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(HOUSE),
        "PYTHONWARNINGS": "ignore",
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "OMP_NUM_THREADS": "2",
    }


def _as_rasa(sentences: Sequence[_Sentence]) -> str:
    """Rasa's own format."""
    lines: dict[str, list[str]] = {}
    for text, intent in sentences:
        lines.setdefault(intent, []).append(text)
    blocks = [
        {"intent": name, "examples": "".join(f"- {_escaped(t)}\n" for t in texts)}
        for name, texts in lines.items()
    ]
    return yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True, sort_keys=False)


def _escaped(text: str) -> str:
    """Brackets would read as annotations."""
    return text.translate(str.maketrans("[]{}", "()()"))


def _run_rasa(
    python: Path, config: Path, taught: Path, out: Path, name: str, progress: Callable[[str], None]
) -> None:
    command = [
        str(python), "-m", "rasa", "train", "nlu", "--nlu", str(taught), "--config", str(config), "--out", str(out),  # noqa: E501
        "--fixed-model-name", name.removesuffix(".tar.gz"),
    ]  # fmt: skip
    # Rasa keeps a cache in its working directory; the temporary folder takes it away afterwards.
    process = subprocess.Popen(  # noqa: S603
        command, cwd=taught.parent, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,  # noqa: E501
        env=rasa_surroundings(taught.parent), text=True,
    )  # fmt: skip
    said: list[str] = []
    assert process.stdout is not None  # noqa: S101
    for line in process.stdout:
        said.append(line.rstrip())
        if "Starting to train component" in line or "Finished training" in line:
            progress(line.split(" - ")[-1].strip())
    if process.wait() != 0 or not (out / name).exists():
        raise TrainingFailed("Rasa could not train:\n" + "\n".join(said[-15:]))


def _forget_old(models_dir: Path) -> None:
    for pattern in ("nlu-*.tar.gz", "dense-*.npz"):
        models = sorted(models_dir.glob(pattern), key=lambda p: p.stat().st_mtime, reverse=True)
        for old in models[_KEPT:]:
            old.unlink(missing_ok=True)
