"""The whole understanding, as the dialogue meets it: rules that are sure, then Rasa, then a sober judgement."""  # noqa: E501

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import yaml

from bot.understanding.circumstances import Likelihoods, read_likelihoods
from bot.understanding.client import Ranking, RasaClient
from bot.understanding.denials import without_denied
from bot.understanding.encoders.choice import configured_encoder
from bot.understanding.entities.extract import EntityReader, Found
from bot.understanding.exact import exact_intent, menu_intent, only_value
from bot.understanding.matrix import Matrix
from bot.understanding.meaning import Meaning
from bot.understanding.model_text import model_text
from bot.understanding.normalise import Folded, fold, language
from bot.understanding.requests import Part, parts, two_requests
from bot.understanding.safety import Alarm, SafetyRule
from bot.understanding.voices import FirstVoice, Voices
from bot.understanding.weights import HAZARD
from domain.circumstances import NOTHING_KNOWN, Circumstances
from domain.ports import Cache
from domain.understanding import (
    ENGINE_NONE,
    ENGINE_RASA,
    ENGINE_RULES,
    UNKNOWN,
    Danger,
    IntentGuess,
    Understanding,
)

_log = logging.getLogger(__name__)
_Parts = Sequence[tuple[Part, Ranking]]
"""The pieces of a message, if it has several, each with what it means alone."""
_INFORM = "inform"
_FIRST_WORDS = ("ni hao", "hello there")
"""Reading them counts our own words, which takes a moment: no customer should wait for it."""
_BY_MENU = 0.5
"""Confidence of a guess by menu words alone."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The ``understanding`` section of ``config.yml``; the meaning of each stands there."""

    letters_sure_from: float
    outside_weight: float
    unknown_below: float
    close_ratio: float
    close_below: float
    danger_denied_below: float
    danger_denied_by: float
    danger_from: float
    danger_asked_from: float
    danger_doubt_asked_from: float
    danger_agrees_from: float
    second_from: float
    second_in_whole: float
    danger_sure_from: float
    timeout_s: float
    cache_s: float


class Cascade:
    """The product's :class:`domain.understanding.Understander`.

    Args:
        rasa: asks the model; None works by rules alone.
        reader: finds entities.
        thresholds: when to believe what.
        meaning: the second voice on intents; None leaves Rasa alone.
        likelihoods: what is likely in which circumstances; None takes no account of these.
    """

    def __init__(
        self,
        rasa: FirstVoice | None,
        reader: EntityReader,
        thresholds: Thresholds,
        meaning: Meaning | None = None,
        likelihoods: Likelihoods | None = None,
    ) -> None:
        self._reader, self._limits = reader, thresholds
        self._likelihoods = likelihoods or Likelihoods({})
        self._voices = Voices(rasa, meaning, thresholds.letters_sure_from, thresholds.outside_weight)
        self._safety = SafetyRule()

    def understand(
        self,
        text: str,
        *,
        now: datetime,
        lang_hint: str = "",
        expecting: str = "",
        spoken: bool = False,  # noqa: ARG002 (homophones are mended in chat too)
        known: Circumstances = NOTHING_KNOWN,
    ) -> Understanding:
        """See :meth:`domain.understanding.Understander.understand`."""
        try:
            return self._understand(text, now, lang_hint, expecting, known)
        except (
            Exception  # noqa: BLE001
        ):  # a message must never stop a turn; what went wrong is in the log, the words are not
            _log.exception("understanding failed on a message of %d characters", len(text))
            return Understanding(text, language(text, lang_hint), UNKNOWN, 0.0)

    def refresh(self) -> bool:
        """Load the newest model of the second voice; whether it speaks. Slow at first: call beforehand."""
        for words in _FIRST_WORDS:
            model_text(words)
        return self._voices.refresh()

    def vector(self, asked: str) -> Matrix | None:
        """How the encoder sees a model text; None while there is none."""
        return self._voices.vector(asked)

    def normal_form(self, name: str, surface: str, now: datetime) -> str:
        """The value that ``surface``, known to be a ``name``, would get as an entity."""
        return self._reader.value(name, surface, now)

    def _understand(
        self, text: str, now: datetime, lang_hint: str, expecting: str, known: Circumstances
    ) -> Understanding:
        folded = fold(text)
        lang = language(folded.text, lang_hint)
        alarm = self._safety.alarm(folded)
        calm = alarm is None or not alarm.strong
        exact = exact_intent(folded.text) if calm else None
        # Danger is weighed by every word, also by those that deny it.
        said = folded.text if alarm else without_denied(folded.text)
        pieces = parts(said)
        # The models think while the rules read; for the few messages that are a bare value, in vain.
        asking = not exact and said.strip() and not said.replace(" ", "").isdigit()
        rankings = self._voices.ask(said, [piece.text for piece in pieces]) if asking else None
        found = self._reader.find(folded, now, expecting)
        sure = exact or (_bare_value(folded, found, expecting) if calm else None)
        if sure:
            guess = IntentGuess(sure, 1.0)
            entities = found.chosen({sure: 1.0})
            return Understanding(text, lang, sure, 1.0, (guess,), entities, engine=ENGINE_RULES)
        heard = rankings() if rankings else None
        if not heard:
            return self._by_rules(text, lang, folded, found, alarm)
        whole, *rest = [self._likelihoods.weigh(ranking, known) for ranking in heard]
        of_parts = list(zip(pieces, rest, strict=True))
        second = self._second(whole, of_parts)
        understood = self._by_model(text, lang, whole, of_parts, found, alarm, second)
        if understood.danger is not None or understood.second is not None:
            return understood
        hinges = self._likelihoods.hinges(whole, known, self._judged)
        return replace(understood, hinges=tuple(sorted(hinges)))

    def _by_rules(
        self, text: str, lang: str, folded: Folded, found: Found, alarm: Alarm | None
    ) -> Understanding:
        """Rasa is down: any alarm counts, menu words give a guess."""
        if alarm is not None:
            guess = IntentGuess(HAZARD, 0.9)
            entities = found.chosen({HAZARD: 1.0})
            return Understanding(
                text, lang, HAZARD, 0.9, (guess,), entities, alarm.danger, engine=ENGINE_RULES
            )
        entities = found.chosen()
        intent = menu_intent(folded.text)
        if intent:
            return Understanding(
                text, lang, intent, _BY_MENU, (IntentGuess(intent, _BY_MENU),), entities, engine=ENGINE_RULES
            )
        engine = ENGINE_RULES if entities else ENGINE_NONE
        return Understanding(text, lang, UNKNOWN, 0.0, (), entities, engine=engine)

    def _by_model(
        self,
        text: str,
        lang: str,
        ranking: Ranking,
        of_parts: _Parts,
        found: Found,
        alarm: Alarm | None,
        second: tuple[IntentGuess, IntentGuess] | None,
    ) -> Understanding:
        first = ranking[0]
        danger = self._danger(text, ranking, of_parts, alarm)
        if danger is not None:
            others = [*(second or ()), *(g for g in ranking[:1] if g.confidence >= self._limits.second_from)]
            other = next((g for g in others if g.name != HAZARD), None) if second else None
            confidence = max(0.9, *(g.confidence for g in ranking if g.name == HAZARD), 0.0)
            guess = IntentGuess(HAZARD, confidence)
            rest = tuple(g for g in ranking if g.name != HAZARD)
            entities = found.chosen(_chances(ranking, guess, other))
            return Understanding(
                text, lang, HAZARD, confidence, (guess, *rest), entities, danger, other, engine=ENGINE_RASA
            )
        entities = found.chosen(_chances(ranking, *(second or ())))
        if second is not None:
            return Understanding(
                text,
                lang,
                second[0].name,
                second[0].confidence,
                ranking,
                entities,
                None,
                second[1],
                engine=ENGINE_RASA,
            )
        intent, close = self._judged(ranking)
        known = intent != UNKNOWN
        if known and self._danger_thinkable(ranking, of_parts, alarm):
            close, ranking = True, _danger_second(ranking)
        return Understanding(
            text,
            lang,
            intent,
            first.confidence,
            ranking,
            entities,
            close=close,
            engine=ENGINE_RASA,
        )

    def _judged(self, ranking: Ranking) -> tuple[str, bool]:
        """The intent, or unknown, and whether another is too close to it to guess."""
        first, limits = ranking[0], self._limits
        if first.confidence < limits.unknown_below:
            return UNKNOWN, False
        share = ranking[1].confidence / first.confidence if len(ranking) > 1 and first.confidence else 0.0
        return first.name, first.confidence < limits.close_below and share >= limits.close_ratio

    def _danger(self, text: str, whole: Ranking, of_parts: _Parts, alarm: Alarm | None) -> Danger | None:
        """The rule and the model beside each other; either may raise the alarm.

        A strong rule is doubted only where the model finds danger all but impossible and hears something
        else: a fire that is out, a bill that "shocked".
        """
        chance = self._danger_chance(whole, of_parts)
        if alarm is not None and alarm.strong:
            other = max((g.confidence for g in whole if g.name != HAZARD), default=0.0)
            denied = chance < self._limits.danger_denied_below and other >= self._limits.danger_denied_by
            return None if denied else alarm.danger
        if alarm is not None and chance >= self._limits.danger_agrees_from:
            reason = f"{alarm.danger.reason}; the model finds danger likely ({chance:.0%})"
            return Danger(alarm.danger.kind, alarm.danger.words, alarm.danger.advice_key, reason)
        if chance >= self._limits.danger_from:
            return Danger(
                "other", text[:120], "danger.advice.other", f"the model finds danger likely ({chance:.0%})"
            )
        return None

    def _danger_chance(self, whole: Ranking, of_parts: _Parts) -> float:
        """How likely danger is in the message or in a part of it.

        A part alone has lost its when and where ("sparks off our gable", last Boxing Day), so it counts only
        where the whole message allows danger too, where the customer turns to something else beside it, or
        where the part leaves no doubt: as with a second request.
        """
        here, limits = _chance(HAZARD, whole), self._limits
        counts = [here]
        for part, ranking in of_parts:
            chance = _chance(HAZARD, ranking)
            if part.turned or here >= limits.second_in_whole or chance >= limits.danger_sure_from:
                counts.append(chance)
        return max(counts)

    def _danger_thinkable(self, whole: Ranking, of_parts: _Parts, alarm: Alarm | None) -> bool:
        """Not likely enough for a crew, too likely to pass over: the dialogue asks which of the two it is.

        Where a strong rule was doubted, a little chance anywhere in the message is enough to ask.
        """
        if whole[0].name == HAZARD:
            return False
        if _chance(HAZARD, whole) >= self._limits.danger_asked_from:
            return True
        anywhere = max(_chance(HAZARD, ranking) for ranking in (whole, *(ranking for _, ranking in of_parts)))
        doubted = alarm is not None and alarm.strong
        return doubted and anywhere >= self._limits.danger_doubt_asked_from

    def _second(self, whole: Ranking, of_parts: _Parts) -> tuple[IntentGuess, IntentGuess] | None:
        """Both requests of a message that carries two, the first to act on first."""
        limits = self._limits
        return two_requests(whole, of_parts, limits.second_from, limits.second_in_whole)


def _bare_value(folded: Folded, found: Found, expecting: str) -> str | None:
    values = found.chosen({_INFORM: 1.0})
    return _INFORM if only_value(folded.text, values, folded.original, expecting) else None


def _chance(intent: str, ranking: Ranking) -> float:
    return next((guess.confidence for guess in ranking if guess.name == intent), 0.0)


def _chances(ranking: Ranking, *sure: IntentGuess | None) -> dict[str, float]:
    """Probability of each request for the reading of entities; those that were decided on are certain."""
    return {g.name: g.confidence for g in ranking} | {g.name: 1.0 for g in sure if g}


def _danger_second(ranking: Ranking) -> Ranking:
    """The same ranking with danger right after the likeliest meaning, where choices are taken from."""
    first, *rest = ranking
    hazard = [guess for guess in rest if guess.name == HAZARD]
    return (first, *hazard, *(guess for guess in rest if guess.name != HAZARD))


def build_understander(
    config: Path,
    base_url: str = "",
    token: str = "",
    *,
    cache: Cache | None = None,
    areas: Iterable[str] = (),
    timeout_s: float | None = None,
    models_dir: Path | None = None,
) -> Cascade:
    """The understanding, ready to use.

    Args:
        config: the house's ``config.yml``; its ``understanding`` section holds the thresholds.
        base_url: where Rasa answers; empty works by rules alone.
        token: Rasa's token.
        cache: remembers parses; shared between processes when it is Redis.
        areas: names of areas that the utility knows.
        timeout_s: instead of the configured one.
        models_dir: where training left the second voice; it speaks after :meth:`Cascade.refresh`.
    """
    limits = Thresholds(**yaml.safe_load(config.read_text(encoding="utf-8"))["understanding"])
    patience = limits.timeout_s if timeout_s is None else timeout_s
    rasa = RasaClient(base_url, token, patience, cache, cache_s=limits.cache_s) if base_url else None
    meaning = Meaning(models_dir, configured_encoder(config)) if models_dir else None
    return Cascade(rasa, EntityReader(areas), limits, meaning, read_likelihoods())
