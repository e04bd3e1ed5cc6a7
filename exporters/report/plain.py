"""Text of people, registers and devices as every printed format can hold it: plain, and nothing but text."""

from __future__ import annotations

import re

REPLACED = "\N{REPLACEMENT CHARACTER}"

# What XML 1.0 cannot hold (its production Char), the C1 controls, and the marks that turn the direction of
# writing: behind one of those a name could show another text than it holds.
_NOT_TEXT = re.compile(
    "[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
    "|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)


def plain(text: str) -> str:
    """The text with U+FFFD for each character that is none: controls, lone surrogates, marks of direction;
    line ends as one line feed."""
    if text.isascii() and text.isprintable():
        return text
    return _NOT_TEXT.sub(REPLACED, text.replace("\r\n", "\n").replace("\r", "\n"))


def shortened(text: str, limit: int) -> str:
    """The text, cut with an ellipsis where it is longer than ``limit`` characters."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
