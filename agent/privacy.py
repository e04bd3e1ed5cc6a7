"""MAC addresses of people's machines leave this process only as keyed hashes.

The key is made at the school and stays there: the county can count machines and follow one from day to day,
and can never tell whose it is.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from pathlib import Path

KEY_BYTES = 32
_HASH_BYTES = 8


@dataclass(frozen=True, slots=True)
class Stations:
    """Names machines by BLAKE2b (RFC 7693) of their MAC address under a secret key."""

    key: bytes = field(repr=False)

    @classmethod
    def of_this_run(cls) -> Stations:
        """A key that is forgotten when the process ends."""
        return cls(secrets.token_bytes(KEY_BYTES))

    def name(self, mac: bytes) -> str:
        """16 hexadecimal digits for a MAC address of 6 octets."""
        return hashlib.blake2b(mac, digest_size=_HASH_BYTES, key=self.key).hexdigest()


def load_or_make_key(path: Path) -> Stations:
    """The campus's key; made, readable by its owner alone, when there is none. Raises OSError."""
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        key = b""
    if len(key) != KEY_BYTES:
        key = secrets.token_bytes(KEY_BYTES)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_bytes(key)
    return Stations(key)
