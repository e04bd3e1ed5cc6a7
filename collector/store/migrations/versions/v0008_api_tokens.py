"""Schema version 8: tokens with which programs use the API.

Down. Version 7 cannot hold them: whoever uses one has to be given another later.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Double, MetaData, String, Table, func, select

from inventory.log import get_logger

log = get_logger("collector.store.migrations")  # Alembic loads this file under a name of its own

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

metadata = MetaData()

ID = String(64)

api_token = Table(
    "api_token",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("token_id", ID, primary_key=True),
    Column("token_hmac", String(128), nullable=False),
    Column("person_id", ID, nullable=False),
    Column("name", String(128), nullable=False),
    Column("scopes", String(256), nullable=False),
    Column("made_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False),
    Column("revoked_at", Double),
    Column("used_at", Double),
)


def upgrade() -> None:
    metadata.create_all(op.get_bind())


def downgrade() -> None:
    connection = op.get_bind()
    rows = connection.execute(select(func.count()).select_from(api_token)).scalar_one()
    log.warning("schema version 7 cannot hold: api_token %d rows", rows)
    metadata.drop_all(connection)
