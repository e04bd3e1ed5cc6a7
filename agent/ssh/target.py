"""How to reach one device over SSH, and as whom."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path

from agent.ssh.hostkeys import host_name


@dataclass(frozen=True, slots=True)
class SshTarget:
    """An SSH server. ``address`` is an IPv4 or IPv6 address or a host name; ``platform`` names a file of
    agent/ssh/platforms. Give ``password`` or ``key_file`` (with ``key_password`` if it is encrypted), or
    both; ``enable_password`` where the user's own level may not look. Secrets stay out of repr.

    ``fingerprint`` ("SHA256:...") pins the host key from the configuration; without it the key must be in
    the known hosts. ``timeout_s`` is the wait for each step: connection, key exchange, login, one answer.
    """

    address: str
    username: str
    _: KW_ONLY
    platform: str
    password: str = field(default="", repr=False)
    key_file: Path | None = None
    key_password: str = field(default="", repr=False)
    enable_password: str = field(default="", repr=False)
    port: int = 22
    timeout_s: float = 20.0
    fingerprint: str = ""

    @property
    def where(self) -> str:
        """The address as messages show it."""
        return host_name(self.address, self.port)
