"""Schema version 6: the console's people, their sessions, and the audit log.

Down. Version 5 cannot hold them: whole tables go. Keep the audit log first (wanzhao audit list --json).
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    func,
    select,
)

from inventory.log import get_logger

log = get_logger("collector.store.migrations")  # Alembic loads this file under a name of its own

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

metadata = MetaData()

ID = String(64)

person = Table(
    "person",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("person_id", ID, primary_key=True),
    Column("name", String(128), nullable=False),
    Column("password_hash", String(256), nullable=False),
    Column("password_at", Double),
    Column("must_change", Integer, nullable=False),
    Column("roles", String(256), nullable=False),
    Column("schools", Text, nullable=False),
    Column("made_at", Double, nullable=False),
    Column("disabled_at", Double),
    Column("failed", Integer, nullable=False),
    Column("locked_until", Double),
    Column("totp", String(256), nullable=False),
    Column("totp_new", String(256), nullable=False),
    Column("totp_step", BigInteger, nullable=False),
    Column("oidc_subject", String(512), nullable=False),
)

person_session = Table(
    "person_session",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("token_sha256", String(64), primary_key=True),
    Column("person_id", ID, nullable=False),
    Column("how", String(8), nullable=False),
    Column("made_at", Double, nullable=False),
    Column("used_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("school_id", String(16), primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("at", Double, nullable=False),
    Column("who", String(128), nullable=False),
    Column("origin", String(64), nullable=False),
    Column("action", String(48), nullable=False),
    Column("object", String(256), nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("own", String(64), nullable=False),
)

_REFUSE = "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
TRIGGERS = {
    "sqlite": (
        f"CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit {_REFUSE}",
        f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit {_REFUSE}",
        "CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit "
        "WHERE school_id = NEW.school_id AND number = NEW.number) "
        "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$",
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit "
        "FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()",
        "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()",
    ),
}


def upgrade() -> None:
    connection = op.get_bind()
    metadata.create_all(connection)
    for text in TRIGGERS[connection.dialect.name]:
        connection.exec_driver_sql(text)


def downgrade() -> None:
    connection = op.get_bind()
    lost = {
        name: connection.execute(select(func.count()).select_from(gone)).scalar_one()
        for name, gone in metadata.tables.items()
    }
    log.warning("schema version 5 cannot hold: %s", ", ".join(f"{n} {rows} rows" for n, rows in lost.items()))
    metadata.drop_all(connection)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DROP FUNCTION IF EXISTS audit_is_append_only()")
