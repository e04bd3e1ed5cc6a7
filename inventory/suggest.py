"""What to say about a word that is not known: the one that was probably meant, or all that are allowed."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from inventory.words import _

FEW = 24
"""More words than these are not listed; nobody reads them."""


def did_you_mean(word: str, allowed: Sequence[str]) -> str:
    """A suggestion for a misspelt word, or what is allowed when it is like nothing."""
    close = get_close_matches(word, allowed, n=1)
    if close:
        return _("did you mean %(word)s?") % {"word": close[0]}
    if 0 < len(allowed) <= FEW:
        return _("allowed: %(words)s") % {"words": ", ".join(allowed)}
    return ""
