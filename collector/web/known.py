"""Tokens that were good a moment ago: whose they are need not be asked again before the body is read.

Nothing is stored on their word alone: the transaction that stores a batch looks whether the token is still
valid, so that a revocation counts from the next request on, whichever process takes it.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field

from collector.store.write import Sender

MOST = 50_000


@dataclass(slots=True)
class KnownTokens:
    """The newest tokens that stored a batch, by their SHA-256: no secret is kept in memory."""

    most: int = MOST
    _senders: OrderedDict[bytes, Sender] = field(default_factory=OrderedDict)

    def sender(self, token: str) -> Sender | None:
        """Whose the token was when it was last good."""
        return self._senders.get(_name(token)) if token else None

    def keep(self, token: str, sender: Sender) -> None:
        """This token has just stored a batch."""
        self._senders[_name(token)] = sender
        if len(self._senders) > self.most:
            self._senders.popitem(last=False)

    def forget(self, token: str) -> None:
        """This token is not good any more."""
        self._senders.pop(_name(token), None)


def _name(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
