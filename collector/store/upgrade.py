"""Which schema version a database has, and bringing it to another one, in the caller's transaction.

An empty database gets the tables of schema.py at once, which a test holds equal to what the migrations make.
``meta.schema_version`` is what counts; Alembic's own table is set by it before Alembic runs.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select

from collector.store import migrations
from collector.store.schema import SCHEMA_VERSION, meta, metadata
from inventory.errors import StoreError
from inventory.log import get_logger
from inventory.words import _

log = get_logger(__name__)

FIRST_VERSION = 1

alembic_version = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
"""Alembic's own: the one table that is not keyed by school."""


def version_of(connection: Connection) -> int | None:
    """The schema version of a database, or None when it is empty."""
    if not inspect(connection).has_table(meta.name):
        return None
    query = select(meta.c.value).where(meta.c.school_id == "", meta.c.name == "schema_version")
    found = connection.execute(query).scalar()
    return int(found) if found else None


def check_not_newer(version: int | None) -> None:
    """StoreError for a database that a newer program has written."""
    if version is not None and version > SCHEMA_VERSION:
        raise StoreError(
            _("the database has schema version %(found)s, this program knows %(known)s")
            % {"found": version, "known": SCHEMA_VERSION},
            do=_("use the version of wanzhao that wrote it, or a newer one"),
        )


def create(connection: Connection) -> None:
    """The tables of today in an empty database."""
    metadata.create_all(connection)
    _keep_version(connection, SCHEMA_VERSION)


def migrate(connection: Connection, to: int) -> None:
    """Bring a database (an empty one too) to a schema version, up or down."""
    found = version_of(connection)
    if found == to:
        return
    log.info("database: schema version %s to %d", found, to)
    _stamp(connection, found)
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["connection"] = connection
    move = command.upgrade if found is None or found < to else command.downgrade
    move(config, _revision(to))
    _keep_version(connection, to)


def _keep_version(connection: Connection, version: int) -> None:
    _stamp(connection, version)
    connection.execute(meta.delete().where(meta.c.school_id == "", meta.c.name == "schema_version"))
    connection.execute(meta.insert().values(school_id="", name="schema_version", value=str(version)))


def _stamp(connection: Connection, version: int | None) -> None:
    alembic_version.create(connection, checkfirst=True)
    connection.execute(alembic_version.delete())
    if version is not None:
        connection.execute(alembic_version.insert().values(version_num=_revision(version)))


def _revision(version: int) -> str:
    return f"{version:04d}"
