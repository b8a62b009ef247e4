"""Everything a person who runs Shouwen may set. The only file that reads the environment.

Each setting is an environment variable with the prefix ``SHOUWEN_`` (``SHOUWEN_PORT=9000``). Nothing has
to be set: the defaults run one process on SQLite with the sample utility, to try it out on one machine.
"""

from __future__ import annotations

import os
import secrets
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

HOUSE = Path(__file__).resolve().parent.parent
"""The repository: where ``nlu_data/``, ``router/`` and ``config.yml`` lie."""


class Settings(BaseSettings):
    """The settings of one process; immutable once read."""

    model_config = SettingsConfigDict(env_prefix="SHOUWEN_", frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    """Address to listen on. Use ``0.0.0.0`` behind a reverse proxy only."""
    port: int = Field(default=8000, ge=0, le=65535)
    """0 takes any free port."""
    data_dir: Path = Path("var")
    """Databases, models, logs and secrets of this copy."""
    public_url: str = ""
    """How customers reach us from outside (``https://service.example.com``); for webhooks and cookies."""

    database_url: str = ""
    """``postgresql://user:password@host/name``; empty means SQLite in the data folder."""
    redis_url: str = ""
    """``redis://host:6379/0`` when several processes serve; empty means in-process signals."""

    rasa_url: str = ""
    """A Rasa that runs elsewhere; empty means that we start one."""
    rasa_port: int = Field(default=0, ge=0, le=65535)
    """Loopback port of the Rasa that we start; 0 means five above our own."""
    rasa_token: str = ""
    rasa_python: Path = HOUSE / ".venv-rasa" / "bin" / "python"
    rasa_timeout_s: float = Field(default=2.0, gt=0)

    workers: int = Field(default=4, ge=1, le=64)
    """Threads that answer customers in one worker process."""
    lease_s: float = Field(default=15.0, gt=1)
    """How long a worker may hold a conversation before another may take it over."""

    utility_url: str = ""
    """The utility's own systems by REST; empty means the sample utility."""
    utility_token: str = ""
    utility_timeout_s: float = Field(default=3.0, gt=0)

    telegram_token: str = ""
    telegram_api: str = "https://api.telegram.org"
    telegram_mode: Literal["polling", "webhook"] = "polling"
    telegram_webhook_secret: str = ""

    embed_origins: tuple[str, ...] = ()
    """Web sites that may show the chat in a frame, as a JSON list (``["https://www.example.com"]``)."""
    chat_messages_per_minute: int = Field(default=30, ge=1)
    """From one web chat; more is refused kindly."""
    chat_messages_per_minute_per_address: int = Field(default=600, ge=1)
    """All chats from one network address together: an office or a school may share one."""

    hotline_token: str = ""
    """Bearer token of the IVR; empty makes one in the data folder."""
    hotline_wait_s: float = Field(default=4.0, gt=0)

    demo: bool = True
    """Seed invented agents and show their sign-ins. Turn off in production."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "console", "json"] = "auto"

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @cached_property
    def database(self) -> str:
        """The database's URL, the default filled in."""
        return self.database_url or f"sqlite:///{self.data_dir / 'shouwen.db'}"

    @property
    def address(self) -> str:
        """How customers reach us, without a slash at the end; this machine where no public address is set."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = "127.0.0.1" if self.host == "0.0.0.0" else self.host  # noqa: S104
        return f"http://{host}:{self.port}"

    @property
    def rasa_address(self) -> str:
        """Where the intent engine is, ours or another."""
        return self.rasa_url or f"http://127.0.0.1:{self.own_rasa_port}"

    @property
    def own_rasa_port(self) -> int:
        """Where we start it."""
        return self.rasa_port or self.port + 5

    @property
    def models_dir(self) -> Path:
        """Trained models."""
        return self.data_dir / "models"

    @property
    def logs_dir(self) -> Path:
        """Logs of the processes that we start."""
        return self.data_dir / "logs"

    def secret(self, name: str) -> str:
        """A secret of this copy, made on first use and readable by its owner only.

        Processes on several machines must share the file, or set the variable where there is one.
        """
        given = {
            "hotline": self.hotline_token,
            "rasa": self.rasa_token,
            "telegram": self.telegram_webhook_secret,
        }
        return given.get(name) or _kept_secret(self.data_dir / "secrets" / name)


def _kept_secret(path: Path) -> str:
    if path.exists():
        return path.read_text().strip()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(32))
    try:
        # A link fails when another process was first; then its secret counts.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text().strip()
