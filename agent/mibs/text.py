"""Cells as text and numbers: what devices write into strings, made safe to show and to store."""

from __future__ import annotations

import ipaddress
import unicodedata
from functools import lru_cache

from agent.snmp.engine import Value

MAX_TEXT = 1024
_SHORT = 256
"""Octets of a text that is remembered: the same ones come back at every poll."""


def text(value: Value) -> str | None:
    """A readable line, or None when there is nothing to read.

    UTF-8, else GB18030 (Chinese devices and their users write GBK: sysLocation, LLDP, names), else the
    octets in hexadecimal. Line breaks become spaces; NUL and other control characters go; at most 1,024
    characters.
    """
    if isinstance(value, bytes):
        return _line(value) if len(value) <= _SHORT else _clean(_decoded(value)) or None
    if isinstance(value, tuple):
        return ".".join(map(str, value)) or None
    return str(value) if isinstance(value, int) else None


@lru_cache(maxsize=16384)
def _line(raw: bytes) -> str | None:
    return _clean(_decoded(raw)) or None


def number(value: Value) -> int | None:
    """An integer; digits sent as text count too, with what follows them ("28%", "1054")."""
    if isinstance(value, int):
        return value
    if not isinstance(value, bytes):
        return None
    digits = value.strip(b" \0").split(b" ")[0].rstrip(b"%")
    return int(digits) if digits.lstrip(b"-").isdigit() and len(digits) < 20 else None


def mac(value: Value) -> str | None:
    """A MAC address as aa:bb:cc:dd:ee:ff, from six octets or from text with any separators."""
    if not isinstance(value, bytes):
        return None
    if len(value) == 6:
        return value.hex(":")
    plain = value.strip(b" \0\r\n").translate(None, b":-. ").lower()
    if len(plain) != 12:
        return None
    try:
        return bytes.fromhex(plain.decode("ascii")).hex(":")
    except ValueError:
        return None


def ip(value: Value) -> str | None:
    """An IP address, from 4 or 16 octets or from text; None for the unset ones (0.0.0.0, ::, all ones)."""
    if not isinstance(value, bytes):
        return None
    try:
        if len(value) in (4, 16):
            found = ipaddress.ip_address(value)
        else:
            found = ipaddress.ip_address(value.strip(b" \0\r\n").decode("ascii"))
    except ValueError:
        return None
    if found.is_unspecified or found == ipaddress.IPv4Address("255.255.255.255"):
        return None
    return str(found)


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.rstrip(b"\0 \r\n\t").decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.hex()


def _clean(line: str) -> str:
    if line.isprintable():
        return line.strip()[:MAX_TEXT]
    spaced = line.replace("\r\n", " ").translate({9: " ", 10: " ", 13: " "})
    kept = "".join(sign for sign in spaced if unicodedata.category(sign) not in ("Cc", "Cs", "Co", "Cn"))
    return kept.strip()[:MAX_TEXT]
