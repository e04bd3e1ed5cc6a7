"""A backup: every row of every table as of one moment, in one file that either engine takes back.

The file is a row of blocks: two 32-bit numbers (length, CRC-32), then that many bytes of zstd around
MessagePack. The first block says what the file is, with the columns of each table; then come blocks of rows,
table after table; the last has the count and digest of each table, so that a file that was cut off is found
out. A digest is the sum of the SHA-256 of the rows: it does not depend on their order, which is the engine's.

The pepper of the tokens is not in it: keep it apart, or who steals the backup can try tokens at leisure.
"""

from __future__ import annotations

import hashlib
import os
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import msgspec
import zstandard
from sqlalchemy import Connection, Engine, MetaData, Table, func, select

from collector.store import upgrade
from collector.store.engine import insert_rows, lock_changes, still, translated
from collector.store.schema import SCHEMA_VERSION, metadata
from inventory.errors import InputError, StoreError
from inventory.words import _

MAGIC = "wanzhao.backup/1"
_ROWS_AT_ONCE = 2000
_BLOCK_BYTES = 8 * 2**20
_LONGEST_BLOCK = 2**30
_HEAD = struct.Struct(">II")
_MODULUS = 1 << 256

T = TypeVar("T")


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What a file is: the schema version, when it was made, and the columns of each table."""

    magic: str
    schema_version: int
    made_at: float
    columns: dict[str, list[str]]


class Sum(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows a table has, and what they add up to."""

    rows: int
    digest: str


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one table, or, as the last of the file, the sums of all."""

    table: str = ""
    rows: list[list[Any]] = []
    sums: dict[str, Sum] = {}


class _Sums:
    """What the rows of each table add up to so far."""

    def __init__(self, names: Iterable[str]) -> None:
        self._rows = dict.fromkeys(names, 0)
        self._totals = dict.fromkeys(self._rows, 0)

    def add(self, name: str, rows: Sequence[Sequence[Any]]) -> None:
        self._rows[name] += len(rows)
        for row in rows:
            self._totals[name] += int.from_bytes(hashlib.sha256(msgspec.msgpack.encode(row)).digest())

    def all(self) -> dict[str, Sum]:
        return {
            name: Sum(rows=rows, digest=f"{self._totals[name] % _MODULUS:064x}")
            for name, rows in self._rows.items()
        }


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back: the schema version of the file and the rows of each table."""

    schema_version: int
    made_at: float
    rows: dict[str, int] = field(default_factory=dict)


def back_up(engine: Engine, path: Path, now: float) -> dict[str, Sum]:
    """Write a backup and give back what each table adds up to; readers and writers go on meanwhile.

    The file appears under its name when it is whole and on the disk. InputError when it is there already.
    """
    if path.exists():
        raise InputError(_("the file is there already"), where=str(path), do=_("choose another name"))
    part = path.with_name(path.name + ".part")
    try:
        with open(part, "wb", opener=_for_me_alone) as file:
            with translated(engine), still(engine) as connection:
                sums = _write(connection, file, now)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except OSError as error:
        raise StoreError(
            _("the backup cannot be written: %(why)s") % {"why": error.strerror}, where=str(path)
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return sums


def restore(engine: Engine, path: Path, *, force: bool = False) -> Restored:
    """Fill a database from a backup, all or nothing, and bring it to the schema version of today.

    InputError for a database that holds rows already, unless ``force``: then they go. StoreError for a file
    that is damaged or of a newer version.
    """
    with _opened(path) as file, translated(engine), engine.begin() as connection:
        lock_changes(connection)
        header = read_header(file, path)
        _make_room(connection, force=force)
        upgrade.migrate(connection, header.schema_version)
        sums = _fill(connection, header, file, path)
        upgrade.migrate(connection, SCHEMA_VERSION)
    return Restored(header.schema_version, header.made_at, {name: one.rows for name, one in sums.items()})


def verify(path: Path) -> tuple[Header, dict[str, Sum]]:
    """What a file says of itself, every byte of it read and held against its sums."""
    with _opened(path) as file:
        header = read_header(file, path)
        sums = _Sums(header.columns)
        for _block in _rows_of(file, path, sums):
            pass
        return header, sums.all()


def sums_of(connection: Connection) -> dict[str, Sum]:
    """What each table of a database adds up to."""
    sums = _Sums(map(str, metadata.tables))
    for table in metadata.sorted_tables:
        for rows in _rows(connection, table):
            sums.add(table.name, rows)
    return sums.all()


def read_header(file: BinaryIO, path: Path) -> Header:
    """The first block; StoreError for another kind of file or a newer one."""
    header = _decoded(_next(file, path), Header, path)
    if header.magic != MAGIC:
        raise StoreError(_("this is not a backup of wanzhao"), where=str(path))
    upgrade.check_not_newer(header.schema_version)
    return header


def _write(connection: Connection, file: BinaryIO, now: float) -> dict[str, Sum]:
    version = upgrade.version_of(connection)
    if version != SCHEMA_VERSION:
        raise StoreError(
            _("the database has schema version %(found)s, this program knows %(known)s")
            % {"found": version, "known": SCHEMA_VERSION},
            do=_("bring it up to date first: wanzhao collector migrate up"),
        )
    # str: SQLAlchemy's names are a kind of string of their own
    columns = {str(table.name): [str(c.name) for c in table.columns] for table in metadata.sorted_tables}
    _put(file, Header(magic=MAGIC, schema_version=version, made_at=now, columns=columns))
    sums = _Sums(columns)
    for table in metadata.sorted_tables:
        for rows in _rows(connection, table):
            sums.add(table.name, rows)
            _put(file, Block(table=str(table.name), rows=rows))
    _put(file, Block(sums=sums.all()))
    return sums.all()


def _rows(connection: Connection, table: Table) -> Iterator[list[list[Any]]]:
    """The rows of a table in portions, never many megabytes at once; not the row of the schema version."""
    query = select(table).execution_options(yield_per=_ROWS_AT_ONCE)
    portion: list[list[Any]] = []
    size = 0
    for row in connection.execute(query):
        if table.name == "meta" and row.name == "schema_version":
            continue
        portion.append(list(row))
        size += sum(len(value) for value in row if isinstance(value, bytes | str))
        if size > _BLOCK_BYTES or len(portion) >= _ROWS_AT_ONCE:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def _make_room(connection: Connection, *, force: bool) -> None:
    """An empty database, or InputError for one that holds rows which nobody said may go."""
    if upgrade.version_of(connection) is None:
        return
    there = MetaData()
    there.reflect(connection, only=lambda name, _metadata: name in metadata.tables)
    held = [name for name, table in there.tables.items() if _count(connection, table)]
    if held and not force:
        raise InputError(
            _("the database holds data already: %(tables)s") % {"tables": ", ".join(sorted(held))},
            do=_("restore into an empty database, or say --force to throw away what it holds"),
        )
    metadata.drop_all(connection)


def _count(connection: Connection, table: Table) -> int:
    query = select(func.count()).select_from(table)
    if table.name == "meta":
        query = query.where(table.c.name != "schema_version")
    return int(connection.execute(query).scalar_one())


def _fill(connection: Connection, header: Header, file: BinaryIO, path: Path) -> dict[str, Sum]:
    tables = MetaData()
    tables.reflect(connection, only=lambda name, _metadata: name in header.columns)
    there = {name: sorted(table.columns.keys()) for name, table in tables.tables.items()}
    if there != {name: sorted(columns) for name, columns in header.columns.items()}:
        raise _damaged(path)
    sums = _Sums(header.columns)
    for block in _rows_of(file, path, sums):
        insert_rows(connection, tables.tables[block.table], header.columns[block.table], block.rows)
    return sums.all()


def _rows_of(file: BinaryIO, path: Path, sums: _Sums) -> Iterator[Block]:
    """The blocks of rows, added to ``sums``, up to the last block, which must agree with them."""
    while True:
        block = _decoded(_next(file, path), Block, path)
        if block.sums:
            break
        if block.table not in sums.all():
            raise _damaged(path)
        sums.add(block.table, block.rows)
        yield block
    if file.read(1) or block.sums != sums.all():
        raise _damaged(path)


def _put(file: BinaryIO, value: msgspec.Struct) -> None:
    packed = zstandard.ZstdCompressor(level=3).compress(msgspec.msgpack.encode(value))
    file.write(_HEAD.pack(len(packed), zlib.crc32(packed)) + packed)


def _next(file: BinaryIO, path: Path) -> bytes:
    head = file.read(_HEAD.size)
    if len(head) != _HEAD.size:
        raise _damaged(path)
    length, crc = _HEAD.unpack(head)
    packed = file.read(length) if length <= _LONGEST_BLOCK else b""
    if len(packed) != length or zlib.crc32(packed) != crc:
        raise _damaged(path)
    return packed


def _decoded(packed: bytes, kind: type[T], path: Path) -> T:
    try:
        return msgspec.msgpack.decode(zstandard.ZstdDecompressor().decompress(packed), type=kind)
    except (zstandard.ZstdError, msgspec.MsgspecError) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> StoreError:
    return StoreError(
        _("the backup is damaged or not complete; nothing of it was restored"),
        where=str(path),
        do=_("take another backup"),
    )


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(
            _("the backup cannot be read: %(why)s") % {"why": error.strerror}, where=str(path)
        ) from error


def _for_me_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
