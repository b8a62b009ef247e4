"""Asks Rasa over HTTP: connections kept, answers remembered, and a dead Rasa costs a turn nothing."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from collections.abc import Callable, Sequence

import httpx

from bot.understanding.script import SEPARATOR
from domain.ports import Cache
from domain.understanding import IntentGuess

Ranking = tuple[IntentGuess, ...]

_log = logging.getLogger(__name__)
_OPEN_S = 5.0
"""How long Rasa is left alone after it failed; then one request tries again."""
_FAILURES = 3
"""Timeouts in a row until then; a refused connection counts at once."""
_MODEL_KNOWN_S = 30.0
"""How long the model's name is believed before it is asked again."""


class RasaClient:
    """Intent rankings from a Rasa server; safe to share between threads.

    Args:
        base_url: for example ``http://127.0.0.1:5005``.
        token: the server's token, empty for none.
        timeout_s: longest wait for one answer.
        cache: remembers answers by model and text; None remembers nothing.
        cache_s: how long.
        monotonic: seconds that only grow, for the pauses.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        timeout_s: float = 2.0,
        cache: Cache | None = None,
        *,
        cache_s: float = 86_400.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = httpx.Client(
            base_url=base_url,
            params={"token": token} if token else None,
            timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, 0.5)),
            limits=httpx.Limits(max_connections=32, max_keepalive_connections=16),
        )
        self._cache, self._cache_s, self._monotonic = cache, cache_s, monotonic
        self._lock = threading.Lock()
        self._failures = 0
        self._closed_until = 0.0
        self._trying = False
        self._model = ""
        self._model_until = 0.0

    def parse(self, texts: Sequence[str]) -> list[Ranking] | None:
        """A ranking for each already normalised text, likeliest first; None while Rasa does not answer.

        What is not remembered is asked in one request.
        """
        keys = [self._key(text) for text in texts]
        known = [self._remembered(key) if key else None for key in keys]
        unknown = [i for i, ranking in enumerate(known) if ranking is None]
        if unknown:
            if not self._may_ask():
                return None
            said = self._ask([texts[i] for i in unknown])
            if said is None:
                return None
            for i, ranking in zip(unknown, said, strict=True):
                known[i] = ranking
                self._remember(keys[i], ranking)
        return [ranking for ranking in known if ranking is not None]

    def _ask(self, texts: Sequence[str]) -> list[Ranking] | None:
        try:
            answer = self._http.post("/model/parse", json={"text": SEPARATOR.join(texts)})
            answer.raise_for_status()
            body = answer.json()
            rankings = [
                tuple(IntentGuess(str(g["name"]), float(g["confidence"])) for g in ranking)
                for ranking in (body["rankings"] if len(texts) > 1 else [body["intent_ranking"]])
            ]
            if len(rankings) != len(texts):
                raise ValueError(f"{len(rankings)} rankings for {len(texts)} texts")
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            self._failed(error)
            return None
        self._succeeded()
        return rankings

    def ready(self) -> bool:
        """Whether the server answers and has a model, asked now."""
        try:
            answer = self._http.get("/status")
            return answer.status_code == 200 and bool(answer.json().get("model_file"))
        except (httpx.HTTPError, ValueError):
            return False

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _key(self, text: str) -> str:
        """Empty while nothing is remembered or the model's name is not known."""
        if self._cache is None:
            return ""
        model = self._model_name()
        return f"parse:{model}:{hashlib.sha256(text.encode()).hexdigest()[:32]}" if model else ""

    def _remember(self, key: str, ranking: Ranking) -> None:
        if key and self._cache is not None:
            words = json.dumps([(g.name, round(g.confidence, 5)) for g in ranking])
            self._cache.put(key, words, self._cache_s)

    def _remembered(self, key: str) -> Ranking | None:
        try:
            value = self._cache.get(key) if self._cache is not None else None
            return None if value is None else tuple(IntentGuess(n, float(c)) for n, c in json.loads(value))
        except (ValueError, TypeError):
            return None

    def _model_name(self) -> str:
        with self._lock:
            if self._monotonic() < self._model_until:
                return self._model
        if not self._may_ask():
            return self._model
        try:
            status = self._http.get("/status").json()
            name = f"{status.get('model_file', '')}:{status.get('model_id', '')}"
        except (httpx.HTTPError, ValueError) as error:
            self._failed(error)
            return self._model
        self._succeeded()
        with self._lock:
            self._model, self._model_until = name.rsplit("/", 1)[-1], self._monotonic() + _MODEL_KNOWN_S
        return self._model

    def _may_ask(self) -> bool:
        """True unless Rasa is being left alone; after the pause one thread tries, the others go on without."""  # noqa: E501
        with self._lock:
            if not self._closed_until:
                return True
            if self._trying or self._monotonic() < self._closed_until:
                return False
            self._trying = True
            return True

    def _failed(self, error: Exception) -> None:
        with self._lock:
            self._failures += 1
            was_open = bool(self._closed_until)
            if self._trying or isinstance(error, httpx.ConnectError) or self._failures >= _FAILURES:
                self._closed_until = self._monotonic() + _OPEN_S
                self._trying = False
                if not was_open:
                    _log.warning("rasa does not answer (%s); going on by rules", type(error).__name__)

    def _succeeded(self) -> None:
        with self._lock:
            if self._closed_until:
                _log.info("rasa answers again")
            self._failures, self._closed_until, self._trying = 0, 0.0, False
