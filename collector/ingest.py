"""From bytes on the wire to a checked batch; every limit stands before the memory it would cost."""

from __future__ import annotations

import hashlib
import zlib
from io import BytesIO

import msgspec
import zstandard

from collector.store.write import Sender
from inventory.errors import Refused
from inventory.facts import BATCH_SCHEMA, Batch
from inventory.words import _

BODY_LIMIT = 4 * 2**20
PLAIN_LIMIT = 16 * 2**20
TEXT_LIMIT = 1024
NAME_LIMIT = 128
KEY_LIMIT = 32
DEVICE_LIMIT = 64
ROWS_LIMIT = 200_000
LONGEST_INTERVAL_S = 3600
OLDEST_S = 400 * 86400
NEWEST_S = 86400

_decoder = msgspec.json.Decoder(Batch)


def decode(body: bytes, encoding: str) -> tuple[Batch, str]:
    """The batch and the SHA-256 of its plain bytes; raises Refused(413, 415 or 422)."""
    plain = _unpack(body, encoding)
    try:
        batch = _decoder.decode(plain)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(_("the batch cannot be understood: %(why)s") % {"why": error}, status=422) from error
    return batch, hashlib.sha256(plain).hexdigest()


def check(batch: Batch, sender: Sender, now: float) -> None:
    """Raise Refused for a batch that must not be stored; ``now`` is seconds since 1970."""
    if batch.schema.partition("/")[0] != BATCH_SCHEMA.partition("/")[0] or batch.schema != BATCH_SCHEMA:
        raise Refused(_("unknown batch schema %(schema)s") % {"schema": batch.schema[:64]}, status=415)
    if (batch.agent, batch.campus) != (sender.agent_id, sender.campus_id):
        raise Refused(
            _("the token belongs to campus %(own)s, the batch says %(said)s")
            % {"own": sender.campus_id, "said": batch.campus[:64]},
            status=403,
        )
    if not 1 <= batch.interval_s <= LONGEST_INTERVAL_S or 86400 % batch.interval_s:
        raise Refused(_("interval_s must divide a day and be at most an hour"), status=422)
    if not 1 <= batch.seq < 2**53 or not 0 < len(batch.epoch) <= 32:
        raise Refused(_("seq or epoch is out of range"), status=422)
    _check_columns(batch)
    _check_slots(batch, now)
    _check_texts(batch)


def _check_columns(batch: Batch) -> None:
    for columns in (batch.polls, batch.frames, batch.facts):
        lengths = {len(column) for column in msgspec.structs.astuple(columns)}
        if len(lengths) != 1:
            raise Refused(_("the columns of the batch differ in length"), status=422)
        if lengths.pop() > ROWS_LIMIT:
            raise Refused(_("the batch has more than %(limit)d rows") % {"limit": ROWS_LIMIT}, status=413)


def _check_slots(batch: Batch, now: float) -> None:
    slots = [*batch.polls.slot, *batch.frames.slot, *batch.facts.slot]
    if any(slot % batch.interval_s for slot in slots):
        raise Refused(_("a slot does not lie on the poll interval"), status=422)
    if slots and not (now - OLDEST_S <= min(slots) and max(slots) <= now + NEWEST_S):
        raise Refused(
            _("a slot lies more than %(past)d days back or a day ahead: check the agent's clock")
            % {"past": OLDEST_S // 86400},
            status=422,
        )


def _check_texts(batch: Batch) -> None:
    limits = (
        (batch.polls.device, DEVICE_LIMIT),
        (batch.frames.device, DEVICE_LIMIT),
        (batch.facts.device, DEVICE_LIMIT),
        (batch.facts.subject, NAME_LIMIT),
        (batch.facts.key, KEY_LIMIT),
    )
    for column, limit in limits:
        if any(len(text) > limit or "\0" in text for text in set(column)):
            raise Refused(_("a name in the batch is longer than %(limit)d") % {"limit": limit}, status=422)
    for value in batch.facts.value:
        if isinstance(value, str) and (len(value) > TEXT_LIMIT or "\0" in value):
            raise Refused(
                _("a text in the batch is longer than %(limit)d") % {"limit": TEXT_LIMIT}, status=422
            )


def _unpack(body: bytes, encoding: str) -> bytes:
    match encoding:
        case "" | "identity":
            plain = body
        case "zstd":
            plain = _unzstd(body)
        case "gzip":
            plain = _ungzip(body)
        case _:
            raise Refused(_("content encoding must be zstd, gzip or identity"), status=415)
    return plain


def _unzstd(body: bytes) -> bytes:
    """Through a bounded stream: the size that a frame declares of itself is not believed."""
    try:
        with zstandard.ZstdDecompressor(max_window_size=8 * 2**20).stream_reader(BytesIO(body)) as stream:
            plain = stream.read(PLAIN_LIMIT + 1)
    except (zstandard.ZstdError, MemoryError) as error:
        raise Refused(_("the body is not valid zstd"), status=422) from error
    return _bounded(plain)


def _ungzip(body: bytes) -> bytes:
    try:
        plain = zlib.decompressobj(wbits=31).decompress(body, PLAIN_LIMIT + 1)
    except zlib.error as error:
        raise Refused(_("the body is not valid gzip"), status=422) from error
    return _bounded(plain)


def _bounded(plain: bytes) -> bytes:
    if len(plain) > PLAIN_LIMIT:
        raise Refused(_("the batch is larger than %(limit)d bytes") % {"limit": PLAIN_LIMIT}, status=413)
    return plain
