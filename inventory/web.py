"""Who may read a page, and over what: TLS, basic authentication and bearer tokens, as Prometheus' own
exporters have them (exporter-toolkit's web configuration: same keys, same bcrypt strings).

A bcrypt check takes some sixty milliseconds on purpose. What was right is remembered (as a keyed hash, in
memory), so that a scrape does not pay it each time; what was wrong is too, a while, so that nobody can make
the processor busy with one wrong password; and one check runs at a time.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import os
import re
import ssl
from collections import OrderedDict
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from inventory.config import Reference, Section, reveal
from inventory.errors import ConfigError
from inventory.log import get_logger
from inventory.words import _

log = get_logger(__name__)

_VERSIONS = {"TLS12": ssl.TLSVersion.TLSv1_2, "TLS13": ssl.TLSVersion.TLSv1_3}
_CLIENTS = {
    "NoClientCert": ssl.CERT_NONE,
    "VerifyClientCertIfGiven": ssl.CERT_OPTIONAL,
    "RequireAndVerifyClientCert": ssl.CERT_REQUIRED,
}
_BCRYPT = re.compile(r"\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}")
_DEAREST_COST = 14
"""A second for each check; beyond that nobody can log in any more."""
_NOBODY = "$2b$10$7EqJtq98hPqEX7fNZaFWoOhi5j3GMnVVV3p4vA2eZyjVvFzZ5lZxK"
"""A hash to compare with where there is no such user: a wrong name costs as much as a wrong password."""
_REMEMBERED = 256
_WAITING = 4


def host_and_port(listen: str) -> str:
    """An address to listen on as it was given; ValueError says how it has to look."""
    host, _colon, port = listen.rpartition(":")
    if not host or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise ValueError(_("must be HOST:PORT, such as 127.0.0.1:8480 or [::]:8480"))
    return listen


class TlsServerSettings(Section):
    """TLS of a listener. The files are read again when they change."""

    cert_file: Path
    key_file: Path
    client_ca_file: Path | None = None
    client_auth_type: Literal["NoClientCert", "VerifyClientCertIfGiven", "RequireAndVerifyClientCert"] = (
        "NoClientCert"
    )
    min_version: Literal["TLS12", "TLS13"] = "TLS12"

    @model_validator(mode="after")
    def _clients_need_a_ca(self) -> TlsServerSettings:
        if (self.client_ca_file is None) != (self.client_auth_type == "NoClientCert"):
            raise ValueError(_("client_ca_file and client_auth_type belong together: give both or none"))
        return self


class WebSettings(Section):
    """How a listener is protected. Without users and tokens everybody who reaches it may read."""

    tls_server_config: TlsServerSettings | None = None
    basic_auth_users: dict[str, str] = Field(default={}, repr=False)
    bearer_tokens: tuple[Reference, ...] = Field(default=(), repr=False)

    @field_validator("basic_auth_users")
    @classmethod
    def _bcrypt(cls, users: dict[str, str]) -> dict[str, str]:
        for name, text in users.items():
            found = _BCRYPT.fullmatch(text)
            if found is None:
                raise ValueError(
                    _("the password of %(name)s must be a bcrypt string ($2y$...): htpasswd -nBC 10 %(name)s")
                    % {"name": name}
                )
            if int(found[1]) > _DEAREST_COST:
                raise ValueError(
                    _("the bcrypt cost of %(name)s is too high: at most %(cost)d")
                    % {"name": name, "cost": _DEAREST_COST}
                )
        return users


class Doorman:
    """Says whether a request may read, by its Authorization header."""

    def __init__(self, settings: WebSettings) -> None:
        """Reads the tokens from where the configuration says; ConfigError where one is missing, or where
        bcrypt is needed and not installed."""
        self._users = dict(settings.basic_auth_users)
        self._tokens = [reveal(reference).encode() for reference in settings.bearer_tokens]
        if not all(self._tokens):
            raise ConfigError(_("a bearer token is empty"), where="bearer_tokens")
        self._key = os.urandom(32)
        self._known: OrderedDict[bytes, bool] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()
        self._waiting = 0
        if self._users:
            _need_bcrypt()

    @property
    def is_open(self) -> bool:
        """Nobody has to say who he is."""
        return not self._users and not self._tokens

    async def admits(self, authorization: str) -> bool | None:
        """Whether this header is good; None while too many others are being looked at."""
        if self.is_open:
            return True
        kind, _space, rest = authorization.strip().partition(" ")
        rest = rest.strip()
        if kind.lower() == "bearer":
            given = rest.encode("utf-8", "replace")
            return sum(hmac.compare_digest(given, token) for token in self._tokens) > 0
        if kind.lower() != "basic" or not self._users:
            return False
        name = hmac.digest(self._key, rest.encode("utf-8", "replace"), hashlib.sha256)
        if name in self._known:
            return self._known[name]
        if self._waiting >= _WAITING:
            return None
        self._waiting += 1
        try:
            async with self._one_at_a_time:
                if name not in self._known:
                    self._remember(name, await asyncio.to_thread(self._is_right, rest))
        finally:
            self._waiting -= 1
        return self._known[name]

    def _remember(self, name: bytes, is_right: bool) -> None:
        self._known[name] = is_right
        if len(self._known) > _REMEMBERED:
            # Wrong ones go first: guesses must not push out who scrapes every minute.
            oldest = next((key for key, right in self._known.items() if not right), next(iter(self._known)))
            if oldest != name:
                del self._known[oldest]

    def _is_right(self, credentials: str) -> bool:
        import bcrypt

        try:
            user, _colon, password = base64.b64decode(credentials, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        expected = self._users.get(user, _NOBODY)
        given = password.encode()
        if len(given) > 72:  # bcrypt reads no more, and says so
            return False
        return bcrypt.checkpw(given, expected.encode()) and user in self._users


def _need_bcrypt() -> None:
    try:
        import bcrypt  # noqa: F401
    except ImportError as error:
        raise ConfigError(
            _("basic_auth_users needs the package bcrypt"),
            where="basic_auth_users",
            do=_("install it, or use bearer_tokens"),
        ) from error


class Certificate:
    """A listener's TLS context, and the state of the files that it was made from. An authority of the clients
    that is taken out of its file is trusted until the next start."""

    def __init__(self, settings: TlsServerSettings) -> None:
        """ConfigError names the file that is missing or does not fit."""
        self._settings = settings
        self._seen = self._state()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = _VERSIONS[settings.min_version]
        self._load()
        self.context.verify_mode = _CLIENTS[settings.client_auth_type]

    def renew(self) -> bool:
        """Read the files again where they have changed; new connections get the new certificate. What cannot
        be read is logged, and the old one stays."""
        state = self._state()
        if state == self._seen:
            return False
        self._seen = state
        try:
            self._load()
        except ConfigError as error:
            log.error("the old certificate stays: %s", error)
            return False
        log.info("certificate %s was read again", self._settings.cert_file)
        return True

    def _load(self) -> None:
        settings = self._settings
        # Into a context of its own first: a key that does not fit must not break the one in use.
        for context in (ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), self.context):
            try:
                context.load_cert_chain(settings.cert_file, settings.key_file, password=_no_password)
            except (OSError, ssl.SSLError, ValueError) as error:
                raise ConfigError(
                    _("the certificate or its key cannot be used: %(why)s") % {"why": error},
                    where=f"{settings.cert_file}, {settings.key_file}",
                    do=_("give the chain and its key without a password, as PEM files that wanzhao may read"),
                ) from error
            if settings.client_ca_file is not None:
                try:
                    context.load_verify_locations(settings.client_ca_file)
                except (OSError, ssl.SSLError) as error:
                    raise ConfigError(
                        _("the certificate authority of the clients cannot be used: %(why)s")
                        % {"why": error},
                        where=str(settings.client_ca_file),
                    ) from error

    def _state(self) -> tuple[tuple[int, int], ...]:
        paths = (self._settings.cert_file, self._settings.key_file, self._settings.client_ca_file)
        found = []
        for path in paths:
            try:
                stat = path.stat() if path else None
            except OSError:
                stat = None
            found.append((stat.st_mtime_ns, stat.st_ino) if stat else (0, 0))
        return tuple(found)


def _no_password() -> str:
    raise ValueError(_("the key is encrypted"))
