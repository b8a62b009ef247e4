"""The test servers themselves: real, empty, apart from each other."""

from __future__ import annotations

import os

import psycopg
import redis
from sqlalchemy.engine import make_url

from tests.servers import fresh_database


def plain(url: str) -> str:
    """The URL as psycopg itself reads it."""
    return url.replace("postgresql+psycopg://", "postgresql://")


def test_postgres_is_a_recent_real_one(postgres_url: str) -> None:
    assert make_url(postgres_url).drivername == "postgresql+psycopg"
    with psycopg.connect(plain(postgres_url)) as connection:
        assert connection.info.server_version >= 150000


def test_fresh_databases_do_not_see_each_other(fresh_postgres_url: str, postgres_url: str) -> None:
    with psycopg.connect(plain(fresh_postgres_url)) as mine:
        mine.execute("CREATE TABLE seen (id int)")
    with fresh_database(postgres_url, "test_other") as other_url, psycopg.connect(plain(other_url)) as other:
        assert other.execute("SELECT to_regclass('seen')").fetchone() == (None,)


def test_redis_starts_empty(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("left", "behind")


def test_redis_starts_empty_again(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("left", "behind")


def test_no_setting_of_the_shell_reaches_a_test() -> None:
    assert not [name for name in os.environ if name.startswith("SHOUWEN_")]
