"""The recording on disk: snmpsim's format, one variable a line, ``OID|TAG|VALUE``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agent.record.disguise import Disguise, machines_in
from agent.record.walk import Raw, Walked
from agent.snmp import ber
from agent.snmp.engine import Missing, Oid, Value, dotted, oid

_INTEGER, _OCTETS, _NULL, _OID, _IP_ADDRESS = 2, 4, 5, 6, 64
_GAUGE, _COUNTER64, _OPAQUE = 66, 70, 68
_SYS_CONTACT = oid("1.3.6.1.2.1.1.4.0")
_REMOVED = b"removed"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is in the file: variables, machines that got another address, values with a secret taken out."""

    variables: int
    machines: int
    secrets: int
    notes: Sequence[str]


def write_recording(
    path: Path, walked: Walked, *, stations: Sequence[Oid], hidden: Iterable[str], now: datetime, about: str
) -> Recorded:
    """Write a walk without the MAC addresses of other machines, without sysContact and without ``hidden``
    (the secrets by which the device was read). Raises OSError."""
    values = {
        name: content(value) for name, value in walked.objects.items() if not isinstance(value, Missing)
    }
    octets = {name: octets for name, (tag, octets) in values.items() if tag in (_OCTETS, _OPAQUE)}
    disguise = Disguise(machines_in(octets, values, stations))
    secrets = [secret.encode() for secret in hidden if len(secret) >= 4]
    lines: dict[Oid, bytes] = {}
    found = 0
    for name, (tag, value) in values.items():
        if tag in (_OCTETS, _OPAQUE):
            plain = disguise.value(value) if name != _SYS_CONTACT else _REMOVED
            value = _without(plain, secrets)
            found += value != plain
        lines.setdefault(disguise.name(name), _line(tag, value))
    head = f"# wanzhao recording, {now:%Y-%m-%dT%H:%M:%SZ}, {about}\n"
    body = b"".join(dotted(name).encode() + b"|" + lines[name] + b"\n" for name in sorted(lines))
    path.write_bytes(head.encode() + body)
    return Recorded(len(lines), len(disguise), found, walked.notes)


def content(value: Value) -> tuple[int, bytes]:
    """The BER tag and content octets of a value; guessed from its kind where an engine has lost the tag."""
    if isinstance(value, Raw):
        return value.tag, bytes(value)
    if isinstance(value, bytes):
        return _OCTETS, value
    if isinstance(value, tuple):
        return _OID, ber.oid_content(value)
    if isinstance(value, int):
        tag = _INTEGER if -(1 << 31) <= value < 1 << 31 else _GAUGE if value < 1 << 32 else _COUNTER64
        return tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)
    return _NULL, b""


def _line(tag: int, octets: bytes) -> bytes:
    if tag == _OID:
        return b"6|" + dotted(ber.oid_of(octets)).encode() if octets else b"6|"
    if tag == _NULL:
        return b"5|"
    if tag == _IP_ADDRESS:
        return b"64x|" + octets.hex().encode()
    if tag in (_OCTETS, _OPAQUE):
        if all(0x20 <= octet < 0x7F for octet in octets):
            return str(tag).encode() + b"|" + octets
        return f"{tag}x|{octets.hex()}".encode()
    return f"{tag}|{ber.value_of(tag, octets)!r}".encode()


def _without(octets: bytes, secrets: Sequence[bytes]) -> bytes:
    for secret in secrets:
        octets = octets.replace(secret, _REMOVED)
    return octets
