"""One page over one IP version: bounded in time, bytes and redirects, the certificate always checked.

The connection goes to an address that we looked up ourselves, so the family is certain; the server still
sees the right name (Host, and SNI in TLS).
"""

from __future__ import annotations

import asyncio
import ssl
import time
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

import httpx

from agent.probes.config import Page
from agent.probes.connect import ADDRESSES_TRIED, reason_of
from agent.probes.connect import LIMIT_S as CONNECT_LIMIT_S
from agent.probes.names import Names
from agent.probes.route import route_to
from inventory.probes import Family, ProbeResult
from inventory.version import VERSION

USER_AGENT = f"wanzhao-probe/{VERSION} (IPv6 readiness of school networks)"
LIMIT_S = 15.0
MAX_BYTES = 1 << 20
MAX_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PORTS = {"http": 80, "https": 443}
_FLATE = {"gzip": 31, "x-gzip": 31, "deflate": 47}
"""Servers that compress although not asked to: zlib's wbits for what they send."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of one page. ``ms`` is until the (bounded) body was there, redirects included."""

    url: str
    status: int | None = None
    reason: str | None = None
    ms: float = 0.0
    first_byte_ms: float | None = None
    body: bytes = b""
    cut: bool = False
    redirects: int = 0
    address: str | None = None
    content_type: str = ""
    location: str | None = None

    @property
    def ok(self) -> bool:
        """A page, or a redirect that we had reason not to follow."""
        return self.reason is None


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Certificates that browsers and this computer trust, and the county's own CA. Raises OSError."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    if ca_file:
        context.load_verify_locations(cafile=str(ca_file))
    return context


@dataclass(frozen=True, slots=True)
class Browser:
    """How pages are fetched in one round of tests."""

    names: Names
    tls: ssl.SSLContext
    limit_s: float = LIMIT_S
    max_bytes: int = MAX_BYTES
    before: Callable[[], Awaitable[None]] | None = None
    """Awaited before every request, redirects too: the crawler's pace. It is not the site's time."""

    async def get(
        self, url: str, family: Family, follow: Callable[[str], bool] = lambda _url: True
    ) -> Fetched:
        """The page at the end of at most five redirects. ``follow`` says which of them may be followed; one
        that may not be is an answer as it is."""
        spent_s = 0.0
        seen: list[str] = []
        while True:
            seen.append(url)
            if self.before:
                await self.before()
            began = time.perf_counter()
            page = await self._in_time(url, family, self.limit_s - spent_s)
            spent_s += time.perf_counter() - began
            onward = page.location
            if onward is None or not follow(onward):
                break
            if onward in seen or len(seen) > MAX_REDIRECTS:
                page = replace(page, reason="redirect_loop")
                break
            url = onward
        return replace(page, ms=round(spent_s * 1000, 3), redirects=len(seen) - 1)

    async def _in_time(self, url: str, family: Family, limit_s: float) -> Fetched:
        try:
            async with asyncio.timeout(limit_s):
                return await self._one(url, family)
        except TimeoutError:
            return Fetched(url, reason="timeout")

    async def _one(self, url: str, family: Family) -> Fetched:
        parts = _ascii(urlsplit(url))
        found = await self.names.addresses(parts.hostname or "", family)
        last = Fetched(url, reason=found.reason)
        for address in found.addresses[:ADDRESSES_TRIED]:
            last = await self._from(url, parts, address)
            if last.status is not None:
                break
        return last

    async def _from(self, url: str, parts: SplitResult, address: str) -> Fetched:
        began = time.perf_counter()
        # A connection is given up by httpx itself, not by our cancelling it: in the middle of a TLS handshake
        # that would leave its socket open (httpcore 1.0 closes it for Exception only).
        wait = httpx.Timeout(None, connect=min(CONNECT_LIMIT_S, self.limit_s / 3))
        headers = {"Host": parts.netloc, "User-Agent": USER_AGENT, "Accept-Encoding": "identity"}
        try:
            async with (
                httpx.AsyncClient(verify=self.tls, trust_env=False, timeout=wait) as client,
                client.stream(
                    "GET",
                    _at(parts, address),
                    headers=headers,
                    extensions={"sni_hostname": parts.hostname},
                ) as response,
            ):
                first_byte_ms = round((time.perf_counter() - began) * 1000, 3)
                body, cut = await _bounded(response, self.max_bytes)
        except httpx.TransportError as error:
            wrong = isinstance(error, httpx.ProtocolError)
            reason = "bad_answer" if wrong else (route_to(address).reason or reason_of(error))
            return Fetched(url, reason=reason, address=address)
        except (httpx.InvalidURL, ValueError):
            return Fetched(url, reason="bad_answer", address=address)
        return Fetched(
            url,
            status=response.status_code,
            reason="bad_status" if response.status_code >= 400 else None,
            first_byte_ms=first_byte_ms,
            body=body,
            cut=cut,
            address=address,
            content_type=response.headers.get("content-type", ""),
            location=_target(url, response),
        )


async def probe_page(page: Page, family: Family, at: str, browser: Browser) -> ProbeResult:
    """One page over one IP version; ``value`` is its time in milliseconds."""
    got = await browser.get(page.url, family)
    details: dict[str, str | int | float | None] = {
        "status": got.status,
        "bytes": len(got.body) if got.status is not None else None,
        "cut": 1 if got.cut else None,
        "redirects": got.redirects,
        "first_byte_ms": got.first_byte_ms,
        "address": got.address,
        "final_url": got.url if got.redirects else None,
    }
    return ProbeResult(
        kind="http",
        name=page.name,
        family=family,
        target=page.url,
        at=at,
        ok=got.ok,
        value=got.ms if got.status is not None else None,
        unit="ms",
        reason=got.reason,
        details={name: value for name, value in details.items() if value is not None},
    )


def _ascii(parts: SplitResult) -> SplitResult:
    """The address with a Chinese host name as DNS and HTTP carry it (punycode)."""
    try:
        return parts._replace(netloc=parts.netloc.encode("idna").decode("ascii"))
    except UnicodeError:
        return parts


def _at(parts: SplitResult, address: str) -> str:
    host = f"[{address}]" if ":" in address else address
    port = parts.port or _PORTS[parts.scheme]
    return urlunsplit((parts.scheme, f"{host}:{port}", parts.path or "/", parts.query, ""))


def _target(url: str, response: httpx.Response) -> str | None:
    """Where a redirect leads; None for none, and for one that leads out of the web."""
    location = response.headers.get("location")
    if response.status_code not in _REDIRECTS or not location:
        return None
    found = urljoin(url, location).partition("#")[0]
    return found if found.startswith(("http://", "https://")) else None


async def _bounded(response: httpx.Response, max_bytes: int) -> tuple[bytes, bool]:
    """The beginning of the body, and whether there was more. A compressed body is opened within the bound."""
    flate = _FLATE.get(response.headers.get("content-encoding", "").strip().lower())
    opener = zlib.decompressobj(flate) if flate else None
    body = b""
    async for piece in response.aiter_raw():
        try:
            body += opener.decompress(piece, max_bytes + 1 - len(body)) if opener else piece
        except zlib.error:
            return body, True
        if len(body) > max_bytes:
            return body[:max_bytes], True
    return body, False
