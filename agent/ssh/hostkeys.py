"""Which host key each device has: a known_hosts file as OpenSSH writes it, kept by this agent alone.

A key gets in only with the operator's consent (``wanzhao agent ssh-trust``): whoever answers in a device's
place would otherwise be given its password.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from inventory.errors import ConfigError
from inventory.words import _

Verdict = Literal["known", "unknown", "changed"]

KNOWN_HOSTS = "known_hosts"
"""The file of trusted keys in the agent's state folder."""
_SSH_PORT = 22


@dataclass(frozen=True, slots=True)
class HostKey:
    """A public host key: its type ("ssh-ed25519", ...) and the key as SSH sends it (RFC 4253, 6.6)."""

    kind: str
    blob: bytes = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """As OpenSSH shows it: SHA256: and the digest in base64 without padding."""
        digest = hashlib.sha256(self.blob).digest()
        return "SHA256:" + base64.b64encode(digest).decode("ascii").rstrip("=")

    @property
    def line(self) -> str:
        """Type and key as a known_hosts file has them."""
        return f"{self.kind} {base64.b64encode(self.blob).decode('ascii')}"


def host_name(address: str, port: int) -> str:
    """The name of a server in a known_hosts file; the port is part of it unless it is 22."""
    return address if port == _SSH_PORT else f"[{address}]:{port}"


@dataclass(frozen=True, slots=True)
class KnownHosts:
    """The keys of each server, by ``host_name``. A server may have one of each type."""

    keys: Mapping[str, tuple[HostKey, ...]] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> KnownHosts:
        """The keys in a file; none where there is no file. Raises ConfigError for a line that is no key."""
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return cls()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                _("the SSH host keys cannot be read (%(error)s)") % {"error": error}, where=str(path)
            ) from error
        found = cls()
        for number, line in enumerate(text.splitlines(), start=1):
            if line.strip() and not line.startswith("#"):
                names, key = _parsed(line, f"{path}:{number}")
                for name in names:
                    found = found.adding(name, key)
        return found

    def save(self, path: Path) -> None:
        """Write the file whole or not at all, readable by its owner alone."""
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=path.name, dir=path.parent)  # mode 0600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(self._text)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    @property
    def _text(self) -> str:
        return "".join(f"{name} {key.line}\n" for name in sorted(self.keys) for key in self.keys[name])

    def of(self, address: str, port: int) -> tuple[HostKey, ...]:
        """The keys of one server."""
        return self.keys.get(host_name(address, port), ())

    def judged(self, address: str, port: int, key: HostKey) -> Verdict:
        """Whether the key is the server's own. Another type of key than the pinned one is a change too."""
        pinned = self.of(address, port)
        if not pinned:
            return "unknown"
        return "known" if key in pinned else "changed"

    def adding(self, name: str, key: HostKey) -> KnownHosts:
        """With one more key of a server."""
        others = tuple(known for known in self.keys.get(name, ()) if known != key)
        return KnownHosts({**self.keys, name: (*others, key)})

    def trusting(self, address: str, port: int, key: HostKey) -> KnownHosts:
        """With this key as the only one of a server."""
        return KnownHosts({**self.keys, host_name(address, port): (key,)})


def _parsed(line: str, where: str) -> tuple[list[str], HostKey]:
    words = line.split()
    try:
        names, kind, blob = words[0].split(","), words[1], base64.b64decode(words[2], validate=True)
    except (IndexError, binascii.Error):
        raise ConfigError(
            _("this line is no SSH host key"),
            where=where,
            do=_("remove the line, then trust the device again"),
        ) from None
    return names, HostKey(kind, blob)
