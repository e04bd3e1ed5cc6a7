"""Schema version 7: files that prove something, and what became of each.

Down. Version 6 cannot hold them: both tables go. Take the files out first; the register keeps their hashes.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Double, LargeBinary, MetaData, String, Table, Text, func, select

from inventory.log import get_logger

log = get_logger("collector.store.migrations")  # Alembic loads this file under a name of its own

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

metadata = MetaData()

ID = String(64)

document_file = Table(
    "document_file",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("part", BigInteger, primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("made_at", Double, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

document_event = Table(
    "document_event",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("document_id", ID, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("at", Double, nullable=False),
    Column("what", String(16), nullable=False),
    Column("who", String(128), nullable=False),
    Column("note", Text, nullable=False),
)


def upgrade() -> None:
    metadata.create_all(op.get_bind())


def downgrade() -> None:
    connection = op.get_bind()
    lost = {
        name: connection.execute(select(func.count()).select_from(gone)).scalar_one()
        for name, gone in metadata.tables.items()
    }
    log.warning("schema version 6 cannot hold: %s", ", ".join(f"{n} {rows} rows" for n, rows in lost.items()))
    metadata.drop_all(connection)
