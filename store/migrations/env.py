"""Alembic's entry; the connection comes from :mod:`store.migrate`, which also holds the transaction."""

from __future__ import annotations

from alembic import context

from store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
