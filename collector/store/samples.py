"""Samples as they land: the numbers of one batch in one row a day, whole, until they are compacted.

Nearly always that is the very body that the agent sent: it is compressed already, and its checksum is in the
ledger.
"""

from __future__ import annotations

import json
from collections import defaultdict

import msgspec
import zstandard

from collector.store.statement import Later
from inventory.errors import StoreError
from inventory.facts import Batch, SampleColumns
from inventory.words import _

DAY_S = 86400
DAMAGED = 0
"""Codec of a row that could not be read: it is kept for a person to look at, and left alone."""
MSGPACK = 1
JSON = 2
"""For whole numbers beyond 64 bits, which MessagePack has not."""
AS_SENT = 3
"""The body of the batch itself: JSON in one frame of zstd."""
_BYTES_A_NUMBER = 8
"""A body that is larger for what it measures carries other things: its samples are kept alone."""
LARGEST = 256 * 1024 * 1024
"""Bytes of one body unpacked; what ingest takes is far less."""
_LEVEL = 3

_LAND = (
    "INSERT INTO landing (school_id, day, agent_id, epoch, lane, seq, slot, n, codec, body) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class _Sent(msgspec.Struct):
    """What of a batch is read here."""

    samples: SampleColumns


_decoder = msgspec.msgpack.Decoder(SampleColumns)
_sent = msgspec.json.Decoder(_Sent)


def land(later: Later, school_id: str, batch: Batch, sent: bytes = b"", measured: int | None = None) -> None:
    """Keep the samples of a batch: a row for each day that they fall into, none when there are none. ``sent``
    is its body (zstd), where that says the same; ``measured`` how many numbers there are, where known."""
    days = _by_day(batch.samples)
    for day, samples in days.items():
        numbers = count(samples) if measured is None or len(days) > 1 else measured
        if len(days) == 1 and 0 < len(sent) <= numbers * _BYTES_A_NUMBER:
            codec, body = AS_SENT, sent
        else:
            codec, body = encode(samples)
        key = (school_id, day, batch.agent, batch.epoch, batch.lane, batch.seq)
        later.add(_LAND, (*key, min(samples.slot), numbers, codec, body))


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
        if codec == AS_SENT:
            return _sent.decode(plain).samples
        if codec == JSON:
            return msgspec.convert(json.loads(plain), SampleColumns)
    except (zstandard.ZstdError, msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise StoreError(_("samples in the store are damaged: %(why)s") % {"why": error}) from error
    raise StoreError(_("samples in the store have codec %(codec)d, unknown here") % {"codec": codec})


def unpacked(body: bytes) -> bytes:
    """The content of a zstd frame. ValueError when it is larger than we ever write."""
    size = zstandard.frame_content_size(body)
    if size > LARGEST:
        raise ValueError(f"a frame of {size} bytes")
    return zstandard.ZstdDecompressor().decompress(body, max_output_size=LARGEST if size < 0 else 0)


def _by_day(samples: SampleColumns) -> dict[int, SampleColumns]:
    """The blocks of each UTC day; nearly always there is one."""
    if len(days := {slot // DAY_S for slot in set(samples.slot)}) == 1:
        return dict.fromkeys(days, samples)
    places: dict[int, list[int]] = defaultdict(list)
    for place, slot in enumerate(samples.slot):
        places[slot // DAY_S].append(place)
    return {day: _only(samples, chosen) for day, chosen in places.items()}


def _only(samples: SampleColumns, places: list[int]) -> SampleColumns:
    columns = {name: [getattr(samples, name)[at] for at in places] for name in samples.__struct_fields__}
    return SampleColumns(**columns)
