"""The county's own sign-on: OpenID Connect Core 1.0, the authorization code flow with PKCE (RFC 7636).

The issuer says who somebody is, by a signed token; whether that person may come in is up to the accounts.
What has to come back unchanged (state, nonce, verifier) waits in a sealed cookie, so that any of several
collectors can finish what another began.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import OpenIDProviderMetadata
from cryptography.fernet import Fernet, InvalidToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from collector.config import OidcSettings
from collector.store.peppers import Peppers
from inventory.config import reveal
from inventory.errors import CollectorError, Refused, Unreachable
from inventory.words import _

WAIT_S = 600
"""From the console to the issuer and back."""
KNOWN_S = 3600.0
"""The issuer's addresses and keys are asked for again after so long."""
LEEWAY_S = 60
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures by a key of the issuer; never "none", never by the client's secret."""


class Asked(msgspec.Struct, frozen=True):
    """What a sign-on that has begun has to hold when it comes back."""

    state: str
    nonce: str
    verifier: str
    next: str


@dataclass(slots=True)
class SignOn:
    """An issuer, as one client of it. ``monotonic`` is any clock that does not jump, in seconds."""

    settings: OidcSettings
    _metadata: dict[str, Any] = field(default_factory=dict)
    _keys: dict[str, Any] = field(default_factory=dict)
    _known_until: float = 0.0

    async def start(self, next_: str) -> tuple[str, Asked]:
        """(the address to send the browser to, what to keep). CollectorError where the issuer is away, or
        says something else than it should."""
        metadata = await self._discovered()
        asked = Asked(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            next=next_,
        )
        query = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self.settings.callback,
            "scope": "openid",
            "state": asked.state,
            "nonce": asked.nonce,
            "code_challenge": create_s256_code_challenge(asked.verifier),
            "code_challenge_method": "S256",
        }
        endpoint = str(metadata["authorization_endpoint"])
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}", asked

    async def finish(self, asked: Asked, state: str, code: str, issuer: str | None, now: float) -> str:
        """The subject ("issuer subject") that signed in. Refused(401) for anything that does not fit;
        CollectorError where the issuer cannot be asked. ``issuer`` is the parameter of RFC 9207."""
        if not hmac.compare_digest(asked.state.encode(), state.encode()):
            raise _refused("state")
        if issuer is not None and issuer != self.settings.issuer:
            raise _refused("iss")
        metadata = await self._discovered()
        told = await self._token(metadata, code, asked.verifier)
        claims = await self._claims(str(told.get("id_token", "")), asked.nonce, told.get("access_token"), now)
        subject = str(claims["sub"])
        if not subject.isprintable() or not 0 < len(subject) <= 255:
            raise _refused("sub")
        return subject_of(self.settings.issuer, subject)

    async def _token(self, metadata: dict[str, Any], code: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.settings.callback,
            "code_verifier": verifier,
        }
        secret = reveal(self.settings.client_secret)
        ways = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        login = None
        if "client_secret_basic" in ways:
            login = httpx.BasicAuth(*(_form_encoded(text) for text in (self.settings.client_id, secret)))
        else:
            form |= {"client_id": self.settings.client_id, "client_secret": secret}
        return await self._ask("POST", str(metadata["token_endpoint"]), data=form, auth=login)

    async def _claims(self, token: str, nonce: str, access_token: object, now: float) -> dict[str, Any]:
        """The claims of an ID token (OpenID Connect Core 1.0, 3.1.3.7)."""
        keys = self._keys or await self._fetch_keys()
        for is_last in (False, True):
            try:
                read = jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS)  # type: ignore[arg-type]
                break
            except (JoseError, ValueError) as error:
                if is_last:
                    raise _refused(str(error)) from error
                keys = await self._fetch_keys()  # the issuer may have changed its keys
        claims = CodeIDToken(
            read.claims,
            read.header,
            options={
                "iss": {"essential": True, "value": self.settings.issuer},
                "aud": {"essential": True, "value": self.settings.client_id},
                "sub": {"essential": True},
            },
            params={
                "nonce": nonce,
                "client_id": self.settings.client_id,
                "access_token": access_token,
            },
        )
        try:
            claims.validate(now=int(now), leeway=LEEWAY_S)
        except (JoseError, ValueError, TypeError) as error:
            raise _refused(str(error)) from error
        return dict(claims)

    async def _discovered(self) -> dict[str, Any]:
        """The issuer's own description (OpenID Connect Discovery 1.0, 4)."""
        if self._metadata and time.monotonic() < self._known_until:
            return self._metadata
        told = await self._ask("GET", self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration")
        if told.get("issuer") != self.settings.issuer:
            raise _strange(self.settings, "issuer")
        try:
            OpenIDProviderMetadata(told).validate()
        except (ValueError, TypeError, AttributeError) as error:
            raise _strange(self.settings, str(error)) from error
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not _is_safe(str(told.get(name, ""))):
                raise _strange(self.settings, name)
        self._metadata, self._keys = told, {}
        self._known_until = time.monotonic() + KNOWN_S
        return told

    async def _fetch_keys(self) -> dict[str, Any]:
        self._keys = await self._ask("GET", str(self._metadata["jwks_uri"]))
        return self._keys

    async def _ask(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        """A JSON object from the issuer; a redirect is not followed."""
        if not _is_safe(url):
            raise _strange(self.settings, url)
        context = httpx.create_ssl_context(trust_env=False)
        if self.settings.ca_file:
            context.load_verify_locations(self.settings.ca_file)
        try:
            async with httpx.AsyncClient(
                verify=context, trust_env=False, timeout=self.settings.timeout_s
            ) as client:
                answer = await client.request(method, url, headers={"Accept": "application/json"}, **more)
        except httpx.HTTPError as error:
            raise Unreachable(
                _("the county's sign-on does not answer: %(why)s") % {"why": error or type(error).__name__},
                where=self.settings.issuer,
            ) from error
        if answer.status_code in (400, 401):
            raise _refused(f"HTTP {answer.status_code}")
        try:
            told = answer.json()
        except ValueError as error:
            raise _strange(self.settings, f"HTTP {answer.status_code}") from error
        if answer.status_code != 200 or not isinstance(told, dict):
            raise _strange(self.settings, f"HTTP {answer.status_code}")
        return told


def subject_of(issuer: str, subject: str) -> str:
    """What an account holds of a subject: another issuer's of the same name is another one."""
    return f"{issuer} {subject}"


def sealed(peppers: Peppers, asked: Asked, now: float) -> str:
    """For a cookie: nobody can read or change it."""
    _id, pepper = peppers.newest
    return _box(pepper).encrypt_at_time(msgspec.json.encode(asked), int(now)).decode()


def unsealed(peppers: Peppers, text: str, now: float) -> Asked | None:
    """What ``sealed`` made, or None for anything else and for what is too old."""
    for _id, pepper in peppers.all:
        try:
            plain = _box(pepper).decrypt_at_time(text.encode(), ttl=WAIT_S, current_time=int(now))
            return msgspec.json.decode(plain, type=Asked)
        except (InvalidToken, msgspec.MsgspecError):
            continue
    return None


def _is_safe(url: str) -> bool:
    """TLS, or this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_here = parts.hostname in ("127.0.0.1", "::1", "localhost")
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and is_here))


def _form_encoded(text: str) -> str:
    """RFC 6749, 2.3.1: both parts of the basic authentication are encoded first."""
    return urlencode({"": text})[1:]


def _box(pepper: bytes) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hmac.digest(pepper, b"wanzhao oidc", "sha256")))


def _refused(why: str) -> Refused:
    return Refused(_("the county's sign-on was not taken: %(why)s") % {"why": why}, status=401)


def _strange(settings: OidcSettings, what: str) -> CollectorError:
    return CollectorError(
        _("the county's sign-on says something unexpected: %(what)s") % {"what": what},
        where=settings.issuer,
        do=_("check issuer in [collector.console.oidc]"),
    )
