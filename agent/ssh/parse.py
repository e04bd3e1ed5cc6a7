"""Which parser reads which answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from agent.ssh.told import Told
from inventory.log import get_logger

log = get_logger(__name__)

Parser = Callable[[Sequence[str]], Told | None]
"""The lines of an answer as facts, or None for a form that it does not know. Raises nothing."""

PARSERS: Mapping[str, Parser] = {"routes.blocks": lambda lines: Told(routes=[])}


def parsed(name: str, lines: Sequence[str]) -> Told | None:
    """What the lines say."""
    return PARSERS[name](lines)
