"""From bytes on the wire to a checked batch; every limit stands before the memory it would cost."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from collector.ingest_body import PLAIN_LIMIT, unpacked
from collector.ingest_caps import Caps
from collector.ingest_mend import mended
from collector.ingest_names import NameCache, Names
from collector.ingest_rows import AsSent, InRange, Sieve
from collector.ingest_text import DEVICE_LIMIT, KEY_LIMIT, NAME_LIMIT, TEXT_LIMIT
from collector.store.write import Sender
from inventory.errors import Refused
from inventory.facts import BATCH_SCHEMA, Batch, Rejected
from inventory.words import _

__all__ = [
    "BODY_LIMIT",
    "DEVICE_LIMIT",
    "KEY_LIMIT",
    "NAME_LIMIT",
    "PLAIN_LIMIT",
    "TEXT_LIMIT",
    "Caps",
    "Decoded",
    "check",
    "decode",
    "decoded",
    "rows_of",
    "sifted",
]

BODY_LIMIT = 4 * 2**20
ROWS_LIMIT = 200_000
LONGEST_INTERVAL_S = 3600
LATEST_MADE_S = 3_900_000_000
"""In the year 2093: what a slot can be moved by fits 32 bits."""


class _Batch(Batch, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What nearly every batch is: nothing in it is unknown or too large, so that nobody need look again."""

    samples: AsSent = AsSent()  # type: ignore[assignment]  # their names are read apart


_exact = msgspec.json.Decoder(_Batch)
_decoder = msgspec.json.Decoder(Batch)
_outline = msgspec.json.Decoder(dict[str, msgspec.Raw])
_names = NameCache()
_known = frozenset(field.encode_name for field in msgspec.structs.fields(Batch))


@dataclass(frozen=True, slots=True)
class Decoded:
    """A batch as it can be read: the SHA-256 of its plain bytes, rows that could not be understood, how many
    fields this version does not know; and, where all was as it should be, the names of its samples and how
    many numbers those are (None: they have to be counted)."""

    batch: Batch
    sha256: str
    rejected: tuple[Rejected, ...] = ()
    unknown_fields: int = 0
    names: Names | None = None
    measured: int | None = None


def decode(body: bytes, encoding: str) -> tuple[Batch, str]:
    """The batch and the SHA-256 of its plain bytes; raises Refused(413, 415 or 422)."""
    one = decoded(body, encoding)
    return msgspec.convert(one.batch, Batch, from_attributes=True), one.sha256


def decoded(body: bytes, encoding: str) -> Decoded:
    """What can be read of a body; raises Refused(413, 415 or 422) where it is no batch at all.

    Of a field given twice the last one counts, here as everywhere: nothing else reads these bytes.
    """
    plain = unpacked(body, encoding)
    sha256 = hashlib.sha256(plain).hexdigest()
    rejected: list[Rejected] = []
    with suppress(ValueError, RecursionError):
        return _exactly(plain, sha256)
    try:
        try:
            batch = _decoder.decode(plain)
        except msgspec.DecodeError as error:
            if not isinstance(error, msgspec.ValidationError) and "surrogate" not in str(error):
                raise
            batch, rejected = mended(plain)
            unknown = 0
        else:
            unknown = len(_outline.decode(plain).keys() - _known)
    except (ValueError, RecursionError) as error:  # msgspec's, json's and Unicode's errors are ValueErrors
        why = str(error).splitlines()[0][:200]
        raise Refused(_("the batch cannot be understood: %(why)s") % {"why": why}, status=422) from error
    return Decoded(batch, sha256, tuple(rejected), unknown)


def _exactly(plain: bytes, sha256: str) -> Decoded:
    """A batch in which everything is as it should be; a ValueError for any other."""
    one = _exact.decode(plain)
    sent = one.samples
    names = _names.names(*map(bytes, (sent.device, sent.subject, sent.key, sent.scale)))
    samples = InRange(
        device=names.device,
        slot=sent.slot,
        subject=names.subject,
        key=names.key,
        scale=names.scale,
        value=sent.value,
    )
    measured = None if b"null" in plain else names.total
    return Decoded(msgspec.structs.replace(one, samples=samples), sha256, names=names, measured=measured)


def sifted(
    batch: Batch, sender: Sender, now: float, caps: Caps, names: Names | None = None
) -> tuple[Batch, list[Rejected]]:
    """The batch without the rows that cannot be stored, and what these were; ``now`` is seconds since 1970,
    ``names`` those of its samples where they are known to be these.

    Raises Refused only for what concerns the whole batch.
    """
    _check_whole(batch, sender)
    sieve = Sieve(sender.school_id, batch.interval_s, now, caps, names)
    return sieve.sift(batch), sieve.report()


def check(batch: Batch, sender: Sender, now: float) -> None:
    """Raise Refused for a batch of which any row could not be stored."""
    _batch, rejected = sifted(batch, sender, now, Caps())
    if rejected:
        raise Refused(f"{rejected[0].part}: {rejected[0].why}", status=422)


def rows_of(batch: Batch) -> int:
    """How many rows and samples a batch has: what it costs in memory, about."""
    samples = sum(len(block) * len(block[0]) for block in batch.samples.value if block)
    return len(batch.polls.slot) + len(batch.facts.slot) + len(batch.frames.slot) + samples


def _check_whole(batch: Batch, sender: Sender) -> None:
    if batch.schema != BATCH_SCHEMA:
        raise Refused(_("unknown batch schema %(schema)s") % {"schema": ascii(batch.schema[:64])}, status=415)
    if (batch.agent, batch.campus) != (sender.agent_id, sender.campus_id):
        raise Refused(
            _("the token belongs to campus %(own)s, the batch says %(said)s")
            % {"own": sender.campus_id, "said": ascii(batch.campus[:64])},
            status=403,
        )
    if not 1 <= batch.interval_s <= LONGEST_INTERVAL_S or 86400 % batch.interval_s:
        raise Refused(_("interval_s must divide a day and be at most an hour"), status=422)
    if not 1 <= batch.seq < 2**53 or not 0 < len(batch.epoch) <= 32 or not _is_plain(batch.epoch):
        raise Refused(_("seq or epoch is out of range"), status=422)
    if not 0 <= batch.made_at <= LATEST_MADE_S or not _is_plain(batch.agent_version[:32]):
        raise Refused(_("made_at or agent_version is out of range"), status=422)
    groups = (batch.polls, batch.frames, batch.facts, batch.samples, batch.digests, batch.gaps)
    if any(len(column) > ROWS_LIMIT for group in groups for column in msgspec.structs.astuple(group)):
        raise Refused(_("the batch has more than %(limit)d rows") % {"limit": ROWS_LIMIT}, status=413)


def _is_plain(text: str) -> bool:
    return text.isprintable()
