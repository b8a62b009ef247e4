"""The intent classifier that runs inside Rasa's own process; nothing else in the house imports rasa.

Texts arrive already normalised (:mod:`bot.understanding.model_text`), in training and in asking alike, so that
this side needs neither opencc nor the word lists.
"""  # noqa: E501

from __future__ import annotations

from pathlib import Path
from typing import Any

import joblib
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.understanding.linear import LinearIntents
from bot.understanding.script import SEPARATOR

_FILE = "sentences.joblib"


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=True)
class SentenceIntentClassifier(IntentClassifier, GraphComponent):
    """Rasa's shell around :class:`bot.understanding.linear.LinearIntents`."""

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        model: LinearIntents | None = None,
    ) -> None:
        self._config, self._storage, self._resource, self._model = config, storage, resource, model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Keys that ``config.yml`` may set."""
        return {"svm_c": 0.6, "calibration_folds": 4}

    @staticmethod
    def required_packages() -> list[str]:
        """Rasa refuses to start without these."""
        return ["sklearn"]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
    ) -> SentenceIntentClassifier:
        """A classifier that has not learned yet."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from all examples with an intent, and store the model."""
        examples = [e for e in training_data.intent_examples if e.get(TEXT)]
        model = LinearIntents(self._config["svm_c"], self._config["calibration_folds"])
        self._model = model.fit([e.get(TEXT) for e in examples], [e.get(INTENT) for e in examples])
        with self._storage.write_to(self._resource) as folder:
            joblib.dump(self._model, Path(folder) / _FILE)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
        **kwargs: Any,  # noqa: ARG003
    ) -> SentenceIntentClassifier:
        """The classifier as it was trained."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, joblib.load(Path(folder) / _FILE))

    def process(self, messages: list[Message]) -> list[Message]:
        """Put intent and ranking on the messages; all texts of all messages are read in one go.

        A message may carry several texts with :data:`SEPARATOR` between them: ``rankings`` then holds one for
        each, and the intent is that of the first.
        """
        asked = [m for m in messages if m.get(TEXT)]
        if self._model is None or not asked:
            return messages
        texts = [m.get(TEXT).split(SEPARATOR) for m in asked]
        rows = iter(self._model.predict([text for several in texts for text in several]))
        for message, several in zip(asked, texts, strict=True):
            rankings = [self._ranking(next(rows)) for _ in several]
            message.set("intent", rankings[0][0], add_to_output=True)
            message.set("intent_ranking", rankings[0], add_to_output=True)
            if len(rankings) > 1:
                message.set("rankings", rankings, add_to_output=True)
        return messages

    def _ranking(self, chances: Any) -> list[dict[str, Any]]:
        assert self._model is not None  # noqa: S101 (checked by the only caller)
        order = chances.argsort()[::-1]
        return [{"name": self._model.labels[i], "confidence": float(chances[i])} for i in order]
