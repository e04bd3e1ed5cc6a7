"""Samples as they land: the numbers of one batch in one row a day, whole, until they are compacted."""

from __future__ import annotations

import json
from collections import defaultdict

import msgspec
import zstandard
from sqlalchemy import Connection

from collector.store.statement import run
from inventory.errors import StoreError
from inventory.facts import Batch, SampleColumns
from inventory.words import _

DAY_S = 86400
DAMAGED = 0
"""Codec of a row that could not be read: it is kept for a person to look at, and left alone."""
MSGPACK = 1
JSON = 2
"""For whole numbers beyond 64 bits, which MessagePack has not."""
LARGEST = 256 * 1024 * 1024
"""Bytes of one body unpacked; what ingest takes is far less."""
_LEVEL = 3

_LAND = (
    "INSERT INTO landing (school_id, day, agent_id, epoch, lane, seq, slot, n, codec, body) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_decoder = msgspec.msgpack.Decoder(SampleColumns)


def land(connection: Connection, school_id: str, batch: Batch) -> None:
    """Keep the samples of a batch: a row for each day that they fall into, none when there are none."""
    rows = []
    for day, samples in _by_day(batch.samples).items():
        codec, body = encode(samples)
        key = (school_id, day, batch.agent, batch.epoch, batch.lane, batch.seq)
        rows.append((*key, min(samples.slot), count(samples), codec, body))
    if rows:
        run(connection, _LAND, rows)


def count(samples: SampleColumns) -> int:
    """How many numbers were measured; holes do not count."""
    return sum(len(column) - column.count(None) for block in samples.value for column in block)


def encode(samples: SampleColumns) -> tuple[int, bytes]:
    """The codec and the body of a landing row."""
    try:
        codec, plain = MSGPACK, msgspec.msgpack.encode(samples)
    except OverflowError:
        codec, plain = JSON, json.dumps(msgspec.to_builtins(samples)).encode()
    return codec, zstandard.ZstdCompressor(_LEVEL, write_checksum=True).compress(plain)


def decode(codec: int, body: bytes) -> SampleColumns:
    """The samples of a landing row. StoreError for a row that is damaged."""
    try:
        plain = unpacked(body)
        if codec == MSGPACK:
            return _decoder.decode(plain)
        if codec == JSON:
            return msgspec.convert(json.loads(plain), SampleColumns)
    except (zstandard.ZstdError, msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise StoreError(_("samples in the store are damaged: %(why)s") % {"why": error}) from error
    raise StoreError(_("samples in the store have codec %(codec)d, unknown here") % {"codec": codec})


def unpacked(body: bytes) -> bytes:
    """The content of a zstd frame that says its size. ValueError when it is larger than we ever write."""
    size = zstandard.frame_content_size(body)
    if not 0 <= size <= LARGEST:
        raise ValueError(f"a frame of {size} bytes")
    return zstandard.ZstdDecompressor().decompress(body)


def _by_day(samples: SampleColumns) -> dict[int, SampleColumns]:
    """The blocks of each UTC day; nearly always there is one."""
    places: dict[int, list[int]] = defaultdict(list)
    for place, slot in enumerate(samples.slot):
        places[slot // DAY_S].append(place)
    if len(places) == 1:
        return dict.fromkeys(places, samples)
    return {day: _only(samples, chosen) for day, chosen in places.items()}


def _only(samples: SampleColumns, places: list[int]) -> SampleColumns:
    columns = {name: [getattr(samples, name)[at] for at in places] for name in samples.__struct_fields__}
    return SampleColumns(**columns)
