"""SNMPv3 messages as bytes (RFC 3412, 6, and RFC 3414, 2.4), signed and encrypted for one user."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from agent.snmp import ber, usm_keys
from agent.snmp.engine import Answer, Oid, Value, oid
from agent.snmp.target import User
from agent.snmp.usm_keys import Keys

Read: TypeAlias = Callable[[int, bytes], Value]
"""Makes a value of its BER tag and content octets"""
AUTH, PRIV, REPORTABLE = 0x01, 0x02, 0x04
_VERSION: Final = 3
_USM: Final = 3
_MAX_SIZE: Final = 65507
_LEVELS: Final = {"noAuthNoPriv": 0, "authNoPriv": AUTH, "authPriv": AUTH | PRIV}

REASONS: Final[dict[Oid, str]] = {
    oid("1.3.6.1.6.3.15.1.1.1"): "unsupportedSecLevels",
    oid("1.3.6.1.6.3.15.1.1.2"): "notInTimeWindows",
    oid("1.3.6.1.6.3.15.1.1.3"): "unknownUserNames",
    oid("1.3.6.1.6.3.15.1.1.4"): "unknownEngineIDs",
    oid("1.3.6.1.6.3.15.1.1.5"): "wrongDigests",
    oid("1.3.6.1.6.3.15.1.1.6"): "decryptionErrors",
    oid("1.3.6.1.6.3.12.1.4"): "unavailableContexts",
    oid("1.3.6.1.6.3.12.1.5"): "unknownContexts",
}
"""What a Report says went wrong: usmStats (RFC 3414) and snmpTargetMIB (RFC 3413)"""


@dataclass(slots=True)
class Peer:
    """The device's SNMP engine: its id, how often it started, and its clock (seconds since then) when the
    clock of this machine (monotonic) showed ``at``. An empty id is one not yet discovered."""

    engine_id: bytes = b""
    boots: int = 0
    time: int = 0
    at: float = 0.0

    def time_at(self, now: float) -> int:
        """snmpEngineTime of the device now."""
        return self.time + int(now - self.at)


class Head(NamedTuple):
    """What stands around the PDU. ``signature_at`` is the place of the signature in the datagram, ``body_at``
    that of the scoped PDU."""

    message_id: int
    flags: int
    engine_id: bytes
    boots: int
    time: int
    signature_at: int
    signature: bytes
    privacy: bytes
    body_at: int
    end: int


class Report(NamedTuple):
    """Why a question was not answered: a word of REASONS, or the OID for another reason."""

    reason: str
    head: Head


def flags_of(user: User) -> int:
    """msgFlags of the user's securityLevel."""
    return _LEVELS[user.level]


def discovery(message_id: int) -> bytes:
    """The question whose answer is a Report with the id and clock of the device (RFC 3414, 4)."""
    body = _scoped(b"", "", ber.encode_pdu(message_id, "get", [], 0))
    return _message(message_id, REPORTABLE, _parameters(Peer(), 0, "", b"", b""), body)


def sealed(user: User, keys: Keys, peer: Peer, now: float, message_id: int, salt: int, pdu: bytes) -> bytes:
    """A question of this user to this device."""
    time = peer.time_at(now)
    body, privacy = _scoped(peer.engine_id, user.context, pdu), b""
    if user.priv is not None:
        privacy, text = usm_keys.encrypted(user.priv, keys.priv, peer.boots, time, salt, body)
        body = ber.tlv(ber.OCTETS, text)
    flags = flags_of(user) | REPORTABLE
    if user.auth is None:
        return _message(message_id, flags, _parameters(peer, time, user.name, b"", privacy), body)
    unsigned = bytes(usm_keys.signature_octets(user.auth))
    message = _message(message_id, flags, _parameters(peer, time, user.name, unsigned, privacy), body)
    at = len(message) - len(body) - len(ber.tlv(ber.OCTETS, privacy)) - len(unsigned)
    digest = usm_keys.signature(user.auth, keys.auth, message)
    return message[:at] + digest + message[at + len(digest) :]


def head_of(data: bytes) -> Head:
    """What stands around the PDU of a datagram. Raises ValueError for what is no SNMPv3 message."""
    try:
        return _head(data)
    except IndexError as error:
        raise ValueError("the message is cut off") from error


def is_signed_by(user: User, keys: Keys, head: Head, data: bytes) -> bool:
    """Whether somebody who knows the user's authentication key signed this datagram."""
    if user.auth is None or len(head.signature) != usm_keys.signature_octets(user.auth):
        return False
    after = head.signature_at + len(head.signature)
    unsigned = data[: head.signature_at] + bytes(len(head.signature)) + data[after:]
    return hmac.compare_digest(usm_keys.signature(user.auth, keys.auth, unsigned), head.signature)


def opened(
    user: User, keys: Keys, head: Head, data: bytes, read: Read = ber.value_of
) -> tuple[int, Answer] | Report:
    """The request id and answer in a datagram, or the report. Raises ValueError for what is neither."""
    try:
        return _opened(user, keys, head, data, read)
    except IndexError as error:
        raise ValueError("the message is cut off") from error


def _head(data: bytes) -> Head:
    at, end = ber.expect(data, 0, len(data), ber.SEQUENCE)
    version, at = ber.integer_at(data, at, end)
    if version != _VERSION:
        raise ValueError(f"SNMP version {version} where 3 belongs")
    inner, at = ber.expect(data, at, end, ber.SEQUENCE)
    message_id, inner = ber.integer_at(data, inner, at)
    _size, inner = ber.integer_at(data, inner, at)
    flags, inner = _octets(data, inner, at)
    model, inner = ber.integer_at(data, inner, at)
    if len(flags) != 1 or model != _USM:
        raise ValueError("not the user-based security model")
    inner, body_at = ber.expect(data, at, end, ber.OCTETS)
    inner, stop = ber.expect(data, inner, body_at, ber.SEQUENCE)
    engine_id, inner = _octets(data, inner, stop)
    boots, inner = ber.integer_at(data, inner, stop)
    time, inner = ber.integer_at(data, inner, stop)
    _user, inner = _octets(data, inner, stop)
    signature, inner = _octets(data, inner, stop)
    signature_at = inner - len(signature)
    privacy, inner = _octets(data, inner, stop)
    if not (0 <= boots < 1 << 31 and 0 <= time < 1 << 31):
        raise ValueError("a clock that SNMP does not have")
    return Head(message_id, flags[0], engine_id, boots, time, signature_at, signature, privacy, body_at, end)


def _opened(user: User, keys: Keys, head: Head, data: bytes, read: Read) -> tuple[int, Answer] | Report:
    at, end = head.body_at, head.end
    if head.flags & PRIV:
        if user.priv is None:
            raise ValueError("encrypted, though nothing was")
        text, _end = _octets(data, at, end)
        data = usm_keys.decrypted(user.priv, keys.priv, head.boots, head.time, head.privacy, text)
        at, end = 0, len(data)
    at, end = ber.expect(data, at, end, ber.SEQUENCE)
    _engine_id, at = _octets(data, at, end)
    _context, at = _octets(data, at, end)
    if data[at] != ber.REPORT:
        return ber.decode_pdu(data, at, end, read)
    _request_id, report = ber.decode_pdu(data, at, end, ber.value_of, ber.REPORT)
    name = report.varbinds[0][0] if report.varbinds else ()
    return Report(REASONS.get(name[:-1], ".".join(map(str, name))), head)


def _octets(data: bytes, at: int, end: int) -> tuple[bytes, int]:
    start, stop = ber.expect(data, at, end, ber.OCTETS)
    return data[start:stop], stop


def _scoped(engine_id: bytes, context: str, pdu: bytes) -> bytes:
    names = ber.tlv(ber.OCTETS, engine_id) + ber.tlv(ber.OCTETS, context.encode())
    return ber.tlv(ber.SEQUENCE, names + pdu)


def _parameters(peer: Peer, time: int, user: str, signature: bytes, privacy: bytes) -> bytes:
    return ber.tlv(
        ber.SEQUENCE,
        ber.tlv(ber.OCTETS, peer.engine_id)
        + ber.integer_tlv(peer.boots)
        + ber.integer_tlv(time)
        + ber.tlv(ber.OCTETS, user.encode())
        + ber.tlv(ber.OCTETS, signature)
        + ber.tlv(ber.OCTETS, privacy),
    )


def _message(message_id: int, flags: int, parameters: bytes, body: bytes) -> bytes:
    head = ber.tlv(
        ber.SEQUENCE,
        ber.integer_tlv(message_id)
        + ber.integer_tlv(_MAX_SIZE)
        + ber.tlv(ber.OCTETS, bytes((flags,)))
        + ber.integer_tlv(_USM),
    )
    return ber.tlv(ber.SEQUENCE, ber.integer_tlv(_VERSION) + head + ber.tlv(ber.OCTETS, parameters) + body)
