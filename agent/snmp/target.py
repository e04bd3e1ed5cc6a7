"""How to reach one device, and as whom."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from typing import Literal, TypeAlias

from inventory.errors import ConfigError
from inventory.words import _

Version: TypeAlias = Literal["1", "2c", "3"]
Auth: TypeAlias = Literal["MD5", "SHA1", "SHA224", "SHA256", "SHA384", "SHA512"]
Priv: TypeAlias = Literal["DES", "AES128", "AES192", "AES256"]
Level: TypeAlias = Literal["noAuthNoPriv", "authNoPriv", "authPriv"]
KeyExtension: TypeAlias = Literal["blumenthal", "reeder"]

_SHORTEST_SECRET = 8  # RFC 3414, 11.2


@dataclass(frozen=True, slots=True)
class User:
    """An SNMPv3 user (RFC 3414). Pass phrases are secrets and stay out of repr. ``context`` is the
    contextName, empty on nearly every device. ``key_extension`` says how an AES-192 or AES-256 key grows out
    of a shorter digest, since no RFC does: try "blumenthal", then "reeder". MD5 and DES are broken and must
    be asked for by name.

    Raises ConfigError for a user that cannot be."""

    name: str
    _: KW_ONLY
    auth: Auth | None = None
    auth_key: str = field(default="", repr=False)
    priv: Priv | None = None
    priv_key: str = field(default="", repr=False)
    context: str = ""
    key_extension: KeyExtension = "blumenthal"
    allow_md5: bool = False
    allow_des: bool = False

    def __post_init__(self) -> None:
        for wrong, what, do in self._faults():
            if wrong:
                raise ConfigError(what, where=self.name, do=do)

    @property
    def level(self) -> Level:
        """The securityLevel that follows from what is given."""
        if self.auth is None:
            return "noAuthNoPriv"
        return "authNoPriv" if self.priv is None else "authPriv"

    def _faults(self) -> list[tuple[bool, str, str]]:
        short = _("an SNMPv3 password of fewer than 8 characters, which no device accepts")
        longer = _("give the password that the device has")
        return [
            (not 1 <= len(self.name.encode()) <= 32, _("an SNMPv3 user name has 1 to 32 octets"), ""),
            (
                self.priv is not None and self.auth is None,
                _("SNMPv3 privacy without authentication does not exist"),
                _("give the authentication protocol and password too"),
            ),
            (
                (self.auth is None and self.auth_key != "") or (self.priv is None and self.priv_key != ""),
                _("an SNMPv3 password without its protocol"),
                _("name the protocol (SHA256, AES128 ...) that the device uses, or leave the password out"),
            ),
            (self.auth is not None and len(self.auth_key) < _SHORTEST_SECRET, short, longer),
            (self.priv is not None and len(self.priv_key) < _SHORTEST_SECRET, short, longer),
            (
                self.auth == "MD5" and not self.allow_md5,
                _("MD5 no longer proves who is asking"),
                _("use SHA256 on the device, or set allow_md5 = true where it can do no better"),
            ),
            (
                self.priv == "DES" and not self.allow_des,
                _("DES no longer keeps anything secret"),
                _("use AES128 on the device, or set allow_des = true where it can do no better"),
            ),
        ]


@dataclass(frozen=True, slots=True)
class Target:
    """An SNMP agent. ``address`` is an IPv4 or IPv6 address (a link-local one with its zone: fe80::1%eth0) or
    a host name. Versions 1 and 2c have a ``community``, a secret that stays out of repr; version 3 has a
    ``user``. ``timeout_s`` is the wait for the first try, later tries wait longer; ``max_varbinds`` bounds
    one answer, since some devices cannot send more than one datagram of about 1,400 bytes."""

    address: str
    _: KW_ONLY
    community: str = field(default="", repr=False)
    user: User | None = None
    port: int = 161
    version: Version = "2c"
    timeout_s: float = 3.0
    retries: int = 2
    max_varbinds: int = 60

    @property
    def where(self) -> str:
        """The address as messages show it."""
        if self.port == 161:
            return self.address
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"

    @property
    def waits_s(self) -> tuple[float, ...]:
        """Seconds to wait at each try: half as long again every time, to spare a slow device."""
        return tuple(self.timeout_s * 1.5**attempt for attempt in range(self.retries + 1))
