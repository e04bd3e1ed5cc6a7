"""Schema version 2: what was known when (facts), clocks (ledger), watermarks, gaps, digests and samples.

Up. A fact of version 1 is taken as known from the moment it was true, and its end from the moment it ended:
version 1 did not keep when a batch of facts came in, so a question of the kind "what did we know then" is
answered for that time as if no batch had been late. A batch is taken as made when it was received.

Down. Version 1 cannot hold what was once believed and taken back, so those rows go; so do watermarks, gaps,
clock doubts, digests and samples, whole tables. A ledger row that was pruned below a watermark does not come
back: version 1 would store such a batch again if an agent sent it again.
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
    column,
    func,
    select,
    table,
)

from inventory.log import get_logger

log = get_logger("collector.store.migrations")  # Alembic loads this file under a name of its own

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

metadata = MetaData()

ID = String(64)

watermark = Table(
    "watermark",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("agent_id", ID, primary_key=True),
    Column("epoch", String(32), primary_key=True),
    Column("lane", String(8), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("updated_at", Double, nullable=False),
)

gap = Table(
    "gap",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("agent_id", ID, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("epoch", String(32), primary_key=True),
    Column("lane", String(8), nullable=False),
    Column("first_seq", BigInteger, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("first_at", Double, nullable=False),
    Column("last_at", Double, nullable=False),
    Column("what", String(16), nullable=False),
    Column("why", String(16), nullable=False),
    Column("received_at", Double, nullable=False),
)

clock_doubt = Table(
    "clock_doubt",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("agent_id", ID, primary_key=True),
    Column("first_slot", BigInteger, primary_key=True),
    Column("last_slot", BigInteger, nullable=False),
    Column("shift_s", Integer, nullable=False),
    Column("offset_s", Double, nullable=False),
)

device_state = Table(
    "device_state",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("device_id", ID, primary_key=True),
    Column("digest", String(32), nullable=False),
    Column("slot", BigInteger, nullable=False),
)

landing = Table(
    "landing",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("agent_id", ID, primary_key=True),
    Column("epoch", String(32), primary_key=True),
    Column("lane", String(8), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("slot", BigInteger, nullable=False),
    Column("n", Integer, nullable=False),
    Column("codec", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    postgresql_partition_by="RANGE (day)",
)

chunk = Table(
    "chunk",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("device_id", ID, primary_key=True),
    Column("n", Integer, nullable=False),
    Column("codec", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    postgresql_partition_by="RANGE (day)",
)

rollup = Table(
    "rollup",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("device_id", ID, primary_key=True),
    Column("codec", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    postgresql_partition_by="RANGE (day)",
)

FACT_KEY = ("school_id", "device_id", "subject", "key", "valid_from")
# SQLite keeps no name for a primary key; PostgreSQL's own names look like this.
NAMES = {"pk": "%(table_name)s_pkey"}

fact = table(
    "fact", *(column(name) for name in (*FACT_KEY, "known_from", "valid_to", "ended_at", "known_to"))
)
ledger = table("ledger", *map(column, ("received_at", "made_at", "shift_s")))


def upgrade() -> None:
    metadata.create_all(op.get_bind())
    if op.get_bind().dialect.name == "postgresql":
        for name in ("landing", "chunk", "rollup"):
            op.execute(f"CREATE TABLE {name}_rest PARTITION OF {name} DEFAULT")
    with op.batch_alter_table("ledger") as change:
        change.add_column(Column("made_at", Double))
        change.add_column(Column("offset_s", Double))
        change.add_column(Column("shift_s", Integer))
    op.execute(ledger.update().values(made_at=ledger.c.received_at, shift_s=0))
    with op.batch_alter_table("ledger") as change:
        change.alter_column("made_at", existing_type=Double(), nullable=False)
        change.alter_column("shift_s", existing_type=Integer(), nullable=False)
    with op.batch_alter_table("fact") as change:
        change.add_column(Column("known_from", Double))
        change.add_column(Column("ended_at", Double))
        change.add_column(Column("known_to", Double))
    op.execute(fact.update().values(known_from=fact.c.valid_from, ended_at=fact.c.valid_to))
    with op.batch_alter_table("fact", naming_convention=NAMES) as change:
        change.alter_column("known_from", existing_type=Double(), nullable=False)
        change.drop_constraint("fact_pkey", type_="primary")
        change.create_primary_key("fact_pkey", [*FACT_KEY, "known_from"])


def downgrade() -> None:
    _say_what_goes()
    op.execute(fact.delete().where(fact.c.known_to.is_not(None)))
    with op.batch_alter_table("fact", naming_convention=NAMES) as change:
        change.drop_constraint("fact_pkey", type_="primary")
        change.create_primary_key("fact_pkey", [*FACT_KEY])
        change.drop_column("known_from")
        change.drop_column("ended_at")
        change.drop_column("known_to")
    with op.batch_alter_table("ledger") as change:
        change.drop_column("made_at")
        change.drop_column("offset_s")
        change.drop_column("shift_s")
    metadata.drop_all(op.get_bind())


def _say_what_goes() -> None:
    connection = op.get_bind()
    lost = {
        "facts taken back": connection.execute(
            select(func.count()).select_from(fact).where(fact.c.known_to.is_not(None))
        ).scalar_one()
    }
    for name, gone in metadata.tables.items():
        lost[name] = connection.execute(select(func.count()).select_from(gone)).scalar_one()
    log.warning("schema version 1 cannot hold: %s", ", ".join(f"{n} {rows} rows" for n, rows in lost.items()))
