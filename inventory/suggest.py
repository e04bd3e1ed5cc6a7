"""What to say about a word that is not known: the one that was probably meant, or all that are allowed."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from inventory.words import _

FEW = 24
"""More words than these are not listed; nobody reads them."""


def did_you_mean(word: str, allowed: Sequence[str], listed: Sequence[str] | None = None) -> str:
    """A suggestion for a misspelt word, or what is allowed when it is like nothing; ``listed`` are the words
    to list where ``allowed`` has several for one thing."""
    close = get_close_matches(word, allowed, n=1)
    if close:
        return _("did you mean %(word)s?") % {"word": close[0]}
    listed = allowed if listed is None else listed
    if 0 < len(listed) <= FEW:
        return _("allowed: %(words)s") % {"words": ", ".join(listed)}
    return ""
