"""Schema version 5: work items (整改, 补证) with their life, and the reports that were handed out.

Down. Version 4 cannot hold them: whole tables go.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Double, Integer, LargeBinary, MetaData, String, Table, func, select

from inventory.log import get_logger

log = get_logger("collector.store.migrations")  # Alembic loads this file under a name of its own

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

metadata = MetaData()

ID = String(64)

work_item = Table(
    "work_item",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("profile_id", ID, primary_key=True),
    Column("kind", String(8), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("status", String(16), nullable=False),
    Column("doc", LargeBinary, nullable=False),
)

report_run = Table(
    "report_run",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("made_at", Double, nullable=False),
    Column("made_by", String(128), nullable=False),
    Column("profile_id", ID, nullable=False),
    Column("as_of", Double, nullable=False),
    Column("doc", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
)


def upgrade() -> None:
    metadata.create_all(op.get_bind())


def downgrade() -> None:
    connection = op.get_bind()
    lost = {
        name: connection.execute(select(func.count()).select_from(gone)).scalar_one()
        for name, gone in metadata.tables.items()
    }
    log.warning("schema version 4 cannot hold: %s", ", ".join(f"{n} {rows} rows" for n, rows in lost.items()))
    metadata.drop_all(connection)
