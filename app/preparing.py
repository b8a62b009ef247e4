"""Everything that must be there before a message can be answered: database, people, sample utility, model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.demo import demo_sign_ins
from app.progress import Step, step
from app.settings import HOUSE, Settings
from app.wiring import build_utility, open_store
from bot.understanding.train import train
from desk.passwords import hash_password
from domain.clock import SystemClock
from domain.errors import NotFound
from router.people import load_people, seed_people

NLU_DATA = HOUSE / "nlu_data"


def prepare_all(settings: Settings) -> Path:
    """Bring everything up to date, with progress; fast when nothing changed. The model's path."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    settings.logs_dir.mkdir(exist_ok=True)
    migrate_database(settings)
    seed_all(settings)
    return train_model(settings)


def migrate_database(settings: Settings) -> None:
    """Bring the tables to their newest form."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = open_store(settings)
    try:
        with step("Database") as running:
            store.migrate(running.tell)
    finally:
        store.close()


def seed_all(settings: Settings) -> None:
    """The sample utility, and the people and queues of the desk."""
    if not settings.utility_url:
        with step("Sample utility") as running:
            build_utility(settings, SystemClock(), lambda share: running.tell(f"{share:.0%}"))
    _seed_people(settings)


def train_model(settings: Settings, *, if_needed: bool = True) -> Path:
    """Train the intent model when its language, pipeline or components changed; its path."""
    with step("Intent model") as running:
        return _train(settings, if_needed, running)


def _train(settings: Settings, if_needed: bool, running: Step) -> Path:
    return train(NLU_DATA, settings.models_dir, if_needed=if_needed, progress=running.tell)


def set_password(settings: Settings, login: str, password: str) -> None:
    """Give an agent a password; every open session of hers ends.

    Raises:
        NotFound: nobody has this login name.
    """
    store = open_store(settings)
    try:
        with store.write() as tx:
            agent = tx.people.by_login(login)
            if agent is None:
                raise NotFound(f"nobody has the login name {login}")
            tx.people.save_agent(replace(agent, password_hash=hash_password(password)))
    finally:
        store.close()


def _seed_people(settings: Settings) -> None:
    """The queues and people of ``router/people.yml``; only in the demo do they get passwords."""
    store = open_store(settings)
    try:
        with store.read() as tx:
            known = {agent.login for agent in tx.people.agents()}
        if known.issuperset(agent.login for agent in load_people().agents):
            return
        sign_ins = demo_sign_ins(settings)
        hashes = {login: hash_password(word) for login, word in sign_ins.items() if login not in known}
        with step("People and queues"), store.write() as tx:
            seed_people(tx, hashes)
    finally:
        store.close()
