"""Schema version 4: polls that came late, accepted baselines and their alarms, and which agents told news.

Up. Of the polls of version 3 nobody knows any more when they came: they count as having come in time.

Down. Version 3 cannot hold baselines, alarms and lateness: whole tables go.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    column,
    func,
    select,
    table,
)

from inventory.log import get_logger

log = get_logger("collector.store.migrations")  # Alembic loads this file under a name of its own

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

metadata = MetaData()

ID = String(64)

poll_late = Table(
    "poll_late",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("device_id", ID, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("interval_s", Integer, primary_key=True),
    Column("known_hour", BigInteger, primary_key=True),
    Column("before", LargeBinary, nullable=False),
)

baseline = Table(
    "baseline",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("item", String(200), primary_key=True),
    Column("accepted_at", Double, primary_key=True),
    Column("ended_at", Double),
    Column("accepted_by", String(128), nullable=False),
    Column("note", Text, nullable=False),
    Column("doc", LargeBinary, nullable=False),
)

regression = Table(
    "regression",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("item", String(200), primary_key=True),
    Column("opened_at", Double, primary_key=True),
    Column("closed_at", Double),
    Column("closed_by", String(128), nullable=False),
    Column("doc", LargeBinary, nullable=False),
)

agent_seen = table("agent_seen", column("changes"))


def upgrade() -> None:
    metadata.create_all(op.get_bind())
    with op.batch_alter_table("agent_seen") as change:
        change.add_column(Column("changes", BigInteger))
    op.execute(agent_seen.update().values(changes=0))
    with op.batch_alter_table("agent_seen") as change:
        change.alter_column("changes", existing_type=BigInteger(), nullable=False)


def downgrade() -> None:
    connection = op.get_bind()
    lost = {
        name: connection.execute(select(func.count()).select_from(gone)).scalar_one()
        for name, gone in metadata.tables.items()
    }
    log.warning("schema version 3 cannot hold: %s", ", ".join(f"{n} {rows} rows" for n, rows in lost.items()))
    with op.batch_alter_table("agent_seen") as change:
        change.drop_column("changes")
    metadata.drop_all(connection)
