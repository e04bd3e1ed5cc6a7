"""The tables of the console's people. They belong to the county as a whole: school_id = ''.

The audit log is append-only: triggers refuse to change, delete or truncate its rows, whoever asks.
"""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    BigInteger,
    Column,
    Double,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    event,
)

ID = String(64)

_REFUSE = "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
SQLITE_TRIGGERS = (
    f"CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit {_REFUSE}",
    f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit {_REFUSE}",
    # INSERT OR REPLACE deletes without asking the trigger before a DELETE.
    "CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit "
    "WHERE school_id = NEW.school_id AND number = NEW.number) "
    "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
)
POSTGRESQL_TRIGGERS = (
    "CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$",
    "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit "
    "FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()",
    "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()",
)


def people_tables(metadata: MetaData) -> tuple[Table, Table, Table]:
    """(person, person_session, audit), made in a collection of tables."""
    # Who may use the console. ``roles`` and ``schools`` are lists with commas. An empty hash: no password,
    # only the county's sign-on, whose subject is "issuer subject". ``totp`` is the sealed secret of the
    # authenticator, ``totp_new`` one that has not shown a code yet, ``totp_step`` the last step of 30 s used.
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
    # Who has signed in: the hash of the token, never the token. ``how``: password, code (the authenticator's
    # code is still to come) or oidc.
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
    # Who did what, from where, to what; each row carries the hash of the one before and its own.
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
    for dialect, texts in (("sqlite", SQLITE_TRIGGERS), ("postgresql", POSTGRESQL_TRIGGERS)):
        for text in texts:
            make = DDL(text)  # type: ignore[no-untyped-call]
            event.listen(audit, "after_create", make.execute_if(dialect=dialect))
    return person, person_session, audit
