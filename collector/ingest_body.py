"""The plain bytes of a body: what a frame declares of itself is not believed, and nothing may follow it."""

from __future__ import annotations

import zlib

import zstandard

from inventory.errors import Refused
from inventory.words import _

PLAIN_LIMIT = 16 * 2**20
_WINDOW_LIMIT = 8 * 2**20
_AT_ONCE = 2**20
"""A frame that says it is no larger is unpacked into that much memory at once."""
_PIECE = 512
"""zstd has a block of 4 bytes that becomes 128 KiB, and the stream takes no limit: what one piece can become
is bounded by its size (16 MiB)."""


def unpacked(body: bytes, encoding: str) -> bytes:
    """The body without its content encoding; raises Refused(413, 415 or 422)."""
    match encoding:
        case "" | "identity":
            return _bounded(body)
        case "zstd":
            return _unzstd(body)
        case "gzip":
            return _ungzip(body)
        case _:
            raise Refused(_("content encoding must be zstd, gzip or identity"), status=415)


def _unzstd(body: bytes) -> bytes:
    try:
        said = zstandard.frame_content_size(body)
        if said > PLAIN_LIMIT:
            raise _too_large()
        if 0 < said <= _AT_ONCE:  # what it holds beyond that is an error, what follows it too
            whole = zstandard.ZstdDecompressor(max_window_size=_WINDOW_LIMIT)
            return whole.decompress(body, allow_extra_data=False)
        stream = zstandard.ZstdDecompressor(max_window_size=_WINDOW_LIMIT).decompressobj()
        plain = bytearray()
        at = 0
        while at < len(body) and not stream.eof:
            plain += stream.decompress(body[at : at + _PIECE])
            at += _PIECE
            if len(plain) > PLAIN_LIMIT:
                raise _too_large()
    except (zstandard.ZstdError, MemoryError) as error:
        raise Refused(_("the body is not valid zstd"), status=422) from error
    if not stream.eof or stream.unused_data or at < len(body):
        raise Refused(_("the body must be one whole frame of zstd"), status=422)
    return bytes(plain)


def _ungzip(body: bytes) -> bytes:
    stream = zlib.decompressobj(wbits=31)
    try:
        plain = stream.decompress(body, PLAIN_LIMIT + 1)
    except zlib.error as error:
        raise Refused(_("the body is not valid gzip"), status=422) from error
    _bounded(plain)
    if not stream.eof or stream.unused_data:
        raise Refused(_("the body must be one whole member of gzip"), status=422)
    return plain


def _bounded(plain: bytes) -> bytes:
    if len(plain) > PLAIN_LIMIT:
        raise _too_large()
    return plain


def _too_large() -> Refused:
    return Refused(_("the batch is larger than %(limit)d bytes") % {"limit": PLAIN_LIMIT}, status=413)
