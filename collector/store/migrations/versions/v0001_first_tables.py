"""Schema version 1: the tables of the first collectors, as they were."""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

metadata = MetaData()

ID = String(64)

meta = Table(
    "meta",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

# The register as it was imported, one document a school and one for the county; history is kept.
register = Table(
    "register",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("valid_from", Double, primary_key=True),
    Column("valid_to", Double),
    Column("sha256", String(64), nullable=False),
    Column("author", String(128), nullable=False),
    Column("doc", LargeBinary, nullable=False),
)

# A plan that has judged is never changed: same id and version, same bytes.
profile = Table(
    "profile",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("profile_id", ID, primary_key=True),
    Column("version", ID, primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("first_used", Double, nullable=False),
    Column("text", Text, nullable=False),
)

enrol_code = Table(
    "enrol_code",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("code_hmac", String(64), primary_key=True),
    Column("campus_id", ID, nullable=False),
    Column("expires_at", Double, nullable=False),
    Column("used_at", Double),
)

agent = Table(
    "agent",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("agent_id", ID, primary_key=True),
    Column("token_prefix", String(16), primary_key=True),
    Column("campus_id", ID, nullable=False),
    Column("token_hmac", String(64), nullable=False),
    Column("created_at", Double, nullable=False),
    Column("revoked_at", Double),
    Index("agent_by_prefix", "token_prefix"),
)

# What each agent last said; one row an agent.
agent_seen = Table(
    "agent_seen",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("agent_id", ID, primary_key=True),
    Column("campus_id", ID, nullable=False),
    Column("last_report", Double, nullable=False),
    Column("newest_slot", BigInteger, nullable=False),
    Column("interval_s", Integer, nullable=False),
    Column("agent_version", String(32), nullable=False),
)

# The proof of exactly-once: written in the same transaction as the data of the batch.
ledger = Table(
    "ledger",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("agent_id", ID, primary_key=True),
    Column("epoch", String(32), primary_key=True),
    Column("lane", String(8), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("received_at", Double, nullable=False),
)

# A fact holds from valid_from until before valid_to (slots); NULL: it still holds.
fact = Table(
    "fact",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("device_id", ID, primary_key=True),
    Column("subject", String(128), primary_key=True),
    Column("key", String(32), primary_key=True),
    Column("valid_from", BigInteger, primary_key=True),
    Column("valid_to", BigInteger),
    Column("value", Text, nullable=False),
)

# Poll outcomes of a device and day, two bits a slot (see polls.py).
poll_day = Table(
    "poll_day",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("device_id", ID, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("interval_s", Integer, primary_key=True),
    Column("states", LargeBinary, nullable=False),
)

# A verdict holds from the time it was first given until another one replaced it.
verdict = Table(
    "verdict",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("profile_id", ID, primary_key=True),
    Column("target_id", ID, primary_key=True),
    Column("known_from", Double, primary_key=True),
    Column("known_to", Double),
    Column("profile_sha256", String(64), nullable=False),
    Column("as_of", Double, nullable=False),
    Column("state", String(8), nullable=False),
    Column("reason", String(48), nullable=False),
    Column("doc", LargeBinary, nullable=False),
    Index("verdict_now", "school_id", "known_to"),
)


def upgrade() -> None:
    metadata.create_all(op.get_bind())


def downgrade() -> None:
    """To an empty database: there is nothing before version 1."""
    metadata.drop_all(op.get_bind())
