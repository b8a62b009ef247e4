"""What every test may ask for: real servers and a clean environment.

A missing prerequisite is an error that names its remedy, never a skip.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import pytest
import redis
import structlog

from tests.fixtures_rasa import rasa_model, rasa_server  # noqa: F401  (fixtures)
from tests.prepared import seeded_utility  # noqa: F401  (fixture)
from tests.product import product  # noqa: F401  (fixture)
from tests.servers import fresh_database, running_postgres, running_redis


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", action="store_true", help="write the pictures of docs/story.md anew")


@pytest.fixture(scope="session", autouse=True)
def clean_environment() -> Iterator[None]:
    """No SHOUWEN_* variable of the developer's shell reaches a test."""
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("SHOUWEN_")}
    yield
    os.environ.update(kept)


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A command that runs inside a test sends the logs to a stream that is closed after it."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """SQLAlchemy URL of a PostgreSQL of this test run, with an empty database shared by the whole run."""
    with running_postgres() as url:
        yield url


@pytest.fixture
def fresh_postgres_url(postgres_url: str) -> Iterator[str]:
    """SQLAlchemy URL of an empty database for this test alone."""
    with fresh_database(postgres_url, f"test_{uuid.uuid4().hex[:12]}") as url:
        yield url


@pytest.fixture(scope="session")
def redis_server_url() -> Iterator[str]:
    """URL of a Redis of this test run; take ``redis_url`` unless the data must survive from test to test."""
    with running_redis() as url:
        yield url


@pytest.fixture
def redis_url(redis_server_url: str) -> str:
    """URL of an empty Redis."""
    client = redis.Redis.from_url(redis_server_url)
    client.flushall()
    client.close()
    return redis_server_url
