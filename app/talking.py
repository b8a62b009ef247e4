"""``chat``: the terminal client against a running Shouwen."""

from __future__ import annotations

import locale

from app.doors import words_of
from app.settings import HOUSE, Settings
from bot.channels.console import Terminal
from bot.phrasing import load_phrases


def chat_in_terminal(settings: Settings, language: str, url: str) -> int:
    """Talk until the customer leaves; the exit status."""
    spoken = (locale.getlocale()[0] or "").lower()
    chosen = language or ("zh" if spoken.startswith(("zh", "chinese")) else "en")
    where = url or f"http://127.0.0.1:{settings.port}"
    say = words_of(load_phrases(HOUSE / "nlu_data" / "phrases"))
    return Terminal(where, say=say, language=chosen).run()
