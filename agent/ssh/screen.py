"""What a person would see of the octets that a terminal session sends."""

from __future__ import annotations

import re
from collections.abc import Iterator

_ESCAPE = re.compile(rb"\x1b(?:\[([0-9;?]*)([@-~])|\][^\x07]*\x07|[()][0-9A-Za-z]|([=>78EDMHc]))")
_CONTROL = re.compile(rb"[\b\x1b\r]")
_PAIRS = re.compile(rb"(?:[\xc2-\xdf][\x80-\xbf]){2}")
_THREE = re.compile(rb"[\xe0-\xef][\x80-\xbf]{2}")
_KEPT_TAIL = 4096


def lines_seen(raw: bytes) -> list[str]:
    """The lines of an answer after overwriting, erasing and colours: pagers leave nothing behind."""
    unbroken = raw.replace(b"\x1bE", b"\n").replace(b"\0", b"").replace(b"\x07", b"")
    return [decoded(_seen(line)) for line in unbroken.split(b"\n")]


def last_line(raw: bytes | bytearray) -> str:
    """The line that the cursor stands in."""
    tail = bytes(raw[-_KEPT_TAIL:])
    return lines_seen(tail)[-1]


def decoded(line: bytes) -> str:
    """UTF-8, else GB18030 (Chinese text on Chinese devices), else as much as can be read.

    Some words are valid in both (一楼 in GBK is four octets that UTF-8 reads as two letters): two letters in
    a row of two octets each, which neither English nor Chinese has in UTF-8, are GBK.
    """
    pairs = _PAIRS.search(line) and not _THREE.search(line)
    for encoding in ("gb18030", "utf-8") if pairs else ("utf-8", "gb18030"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return line.decode("utf-8", "replace")


def _seen(line: bytes) -> bytes:
    line = line.rstrip(b"\r")
    if not _CONTROL.search(line):
        return line.rstrip()
    cells = bytearray()
    at = 0
    for part in _parts(line):
        at = _drawn(cells, at, part)
    return bytes(cells).rstrip()


def _parts(line: bytes) -> Iterator[bytes | re.Match[bytes]]:
    start = 0
    for found in _ESCAPE.finditer(line):
        yield line[start : found.start()]
        yield found
        start = found.end()
    yield line[start:]


def _drawn(cells: bytearray, at: int, part: bytes | re.Match[bytes]) -> int:
    """Draw one piece into a line; the new place of the cursor."""
    if isinstance(part, bytes):
        for octet in part:
            at = _typed(cells, at, octet)
        return at
    count, what = part.group(1), part.group(2)
    steps = int(count) if count and count.isdigit() else 1
    if what == b"D":
        return max(0, at - steps)
    if what == b"C":
        return min(at + steps, at + 200)
    if what == b"K":
        _erase(cells, at, count or b"0")
    if what == b"G":
        return max(0, steps - 1)
    return at


def _typed(cells: bytearray, at: int, octet: int) -> int:
    if octet == 0x0D:
        return 0
    if octet == 0x08:
        return max(0, at - 1)
    if octet < 0x20 and octet != 0x09:
        return at
    cells.extend(b" " * (at + 1 - len(cells)))
    cells[at] = octet
    return at + 1


def _erase(cells: bytearray, at: int, how: bytes) -> None:
    if how == b"0":
        del cells[at:]
    elif how == b"2":
        cells[:] = b""
