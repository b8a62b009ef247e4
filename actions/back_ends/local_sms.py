"""The embedded SMS gateway: messages land in a folder and are shown on a local page, never sent anywhere."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from domain.clock import Clock
from domain.errors import Unavailable

NEWEST = 50


@dataclass(frozen=True, slots=True)
class SmsRecord:
    """One message as it would have gone out."""

    at: datetime
    phone: str
    text: str


class LocalSms:
    """Implements :class:`domain.ports.SmsGateway` with one file per message, readable by its owner only."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    def send(self, phone: str, text: str, idempotency_key: str) -> None:
        """Keep the message; the same key again changes nothing.

        Raises:
            Unavailable: the folder cannot be written.
        """
        record = SmsRecord(self._clock.now(), phone, text)
        body = json.dumps({**asdict(record), "at": record.at.isoformat()}, ensure_ascii=False)
        name = hashlib.sha256(idempotency_key.encode()).hexdigest()[:32]
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = self._folder / f".{name}.{os.getpid()}"
            draft.touch(mode=0o600)
            draft.write_text(body, encoding="utf-8")
            try:
                os.link(draft, self._folder / f"{name}.json")
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        except OSError as error:
            raise Unavailable(f"the SMS folder cannot be written: {error.strerror}") from error

    def newest(self) -> Sequence[SmsRecord]:
        """The last messages, newest first."""
        if not self._folder.exists():
            return ()
        records = (json.loads(path.read_text(encoding="utf-8")) for path in self._folder.glob("*.json"))
        shown = [SmsRecord(datetime.fromisoformat(r["at"]), r["phone"], r["text"]) for r in records]
        return sorted(shown, key=lambda record: record.at, reverse=True)[:NEWEST]
