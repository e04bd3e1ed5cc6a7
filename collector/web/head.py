"""The head of a request, before any parser sees it: bounded, and to be read in one way only.

Parsers differ in what they forgive: a bare LF for a line's end, two lengths, a length and chunks. A proxy in
front may read either otherwise, and what follows would be a second request. So nothing is forgiven here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from inventory.words import _

HEADER_LIMIT = 32 * 1024
FIELDS_LIMIT = 100
END = b"\r\n\r\n"

_BARE = re.compile(rb"(?<!\r)\n|\r(?!\n)|\0|\n[ \t]")
"""A line that ends in LF or CR alone, a NUL, a field that goes on in the next line."""
_NAMES = re.compile(rb"\n(content-length|transfer-encoding|host|authorization)[ \t]*:", re.IGNORECASE)
_LENGTH = re.compile(rb"\ncontent-length:[ \t]*([0-9]{1,15})[ \t]*\r", re.IGNORECASE)
_CHUNKED = re.compile(rb"\ntransfer-encoding:[ \t]*chunked[ \t]*\r", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Body:
    """What follows a head: so many bytes, or chunks."""

    length: int = 0
    chunked: bool = False


class BadHead(Exception):  # noqa: N818 - reads as what it is
    """The status and the reason to refuse a head."""

    def __init__(self, status: int, what: str) -> None:
        super().__init__(what)
        self.status = status


def check_part(received: bytes | bytearray) -> None:
    """Refuse what no more bytes can mend. The head has not come to its end."""
    if len(received) > HEADER_LIMIT:
        raise _too_large()
    # A CR at the very end may still get its LF.
    if _BARE.search(received, 0, len(received) - received.endswith(b"\r")):
        raise BadHead(400, _("a line of the header is not ended as HTTP wants it"))


def body_of(head: bytes) -> Body:
    """What follows a whole head (request line, fields, blank line); BadHead where it is doubtful."""
    if len(head) > HEADER_LIMIT or head.count(b"\n") > FIELDS_LIMIT + 2:
        raise _too_large()
    if _BARE.search(head):
        raise BadHead(400, _("a line of the header is not ended as HTTP wants it"))
    names = [name.lower() for name in _NAMES.findall(head)]
    if len(names) != len(set(names)):
        raise BadHead(400, _("a field of the header is given twice"))
    if b"transfer-encoding" in names:
        if b"content-length" in names:
            raise BadHead(400, _("the length of the body is given twice"))
        if not _CHUNKED.search(head):
            raise BadHead(501, _("this transfer encoding is not understood"))
        return Body(chunked=True)
    if b"content-length" not in names:
        return Body()
    length = _LENGTH.search(head)
    if length is None:
        raise BadHead(400, _("the length of the body is not a number"))
    return Body(int(length[1]))


def _too_large() -> BadHead:
    what = _("the header is larger than %(limit)d bytes or %(fields)d fields")
    return BadHead(431, what % {"limit": HEADER_LIMIT, "fields": FIELDS_LIMIT})
