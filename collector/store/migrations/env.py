"""What Alembic runs to reach the database: on the connection, and in the transaction, of whoever calls it."""

from __future__ import annotations

from alembic import context

from collector.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by writing it anew
)
with context.begin_transaction():
    context.run_migrations()
