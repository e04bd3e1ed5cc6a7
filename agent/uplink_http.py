"""The way out over HTTP: what is trusted, how long one sending may take, and what an answer means.

Only a receipt that can be read counts as taken. A login page between the school and the collector (captive
portal) answers 200, a proxy answers 400 or 413 with a page of its own: none of these is the collector's word.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import msgspec

from agent.config import CollectorSettings
from agent.uplink_body import clock
from inventory.config import reveal
from inventory.errors import CollectorError, ConfigError, Refused, Unreachable
from inventory.facts import BATCH_MEDIA_TYPE, BOOT_HEADER, SENT_AT_HEADER, SENT_MONO_HEADER, Receipt
from inventory.words import _

ANSWER_LIMIT = 2**20
LONGEST_SENDING_S = 1800.0
FIRST_BYTES_PER_S = 4000.0
"""Half of a 64 kbit/s line, until one is measured."""
_SLOWEST, _FASTEST = 500.0, 64_000.0
_MEASURABLE_BYTES = 8192
LATER = frozenset({429, 500, 502, 503, 504})


class NotThrough(Unreachable):
    """The other end was reached, but this body did not get through: the connection broke under it, or
    something between refused it."""


@dataclass(slots=True)
class Line:
    """What the line carries, as measured, in bytes per second of body; the limit of a sending follows it.

    The server's work is in the measure, so it says too little rather than too much. Faster than 64 kB/s is
    not believed: a line that turns slow must not take many time-outs to be known."""

    bytes_per_s: float = FIRST_BYTES_PER_S

    def limit_s(self, size: int, timeout_s: float) -> float:
        """How long sending so many bytes may take, answer included: twice what the line needs, and more."""
        return min(timeout_s + 2 * size / self.bytes_per_s, max(LONGEST_SENDING_S, timeout_s))

    def carried(self, size: int, seconds: float) -> None:
        """Note a sending that was answered; small ones measure the way, not the width."""
        if size >= _MEASURABLE_BYTES:
            measured = size / max(seconds, 1e-3)
            self.bytes_per_s = min(max(0.5 * self.bytes_per_s + 0.5 * measured, _SLOWEST), _FASTEST)

    def too_slow(self) -> None:
        """Note a time-out: the next limit is longer."""
        self.bytes_per_s = max(self.bytes_per_s / 4, _SLOWEST)


class Sender:
    """Gives one body to the collector; see ``Send`` in agent.uplink."""

    def __init__(self, client: httpx.AsyncClient, line: Line | None = None) -> None:
        self.client = client
        self.line = line or Line()

    async def __call__(self, body: bytes) -> Receipt:
        limit_s = self.line.limit_s(len(body), self.client.timeout.read or 30.0)
        began = time.monotonic()
        try:
            async with asyncio.timeout(limit_s):
                status, headers, answer = await self._exchange(body, limit_s)
        except (TimeoutError, httpx.ReadTimeout, httpx.WriteTimeout) as error:
            self.line.too_slow()
            raise Unreachable(
                _("no answer from the collector within %(limit)d s") % {"limit": limit_s},
                where=self._address(),
                do=_("batches wait in the spool; check the line and the collector"),
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise no_answer(error, self._address()) from error
        self.line.carried(len(body), time.monotonic() - began)
        return receipt_of(status, headers, answer, self._address())

    async def _exchange(self, body: bytes, limit_s: float) -> tuple[int, httpx.Headers, bytes]:
        wall, mono, boot = clock()
        headers = {
            "Content-Type": BATCH_MEDIA_TYPE,
            "Content-Encoding": "zstd",
            "Accept": "application/json",
            # An answer is a few hundred bytes; unpacked by nobody, it cannot grow in our memory.
            "Accept-Encoding": "identity",
            SENT_AT_HEADER: f"{wall:.3f}",
            SENT_MONO_HEADER: f"{mono:.3f}",
        } | ({BOOT_HEADER: boot} if boot else {})
        timeout = httpx.Timeout(limit_s, connect=self.client.timeout.connect)
        async with self.client.stream(
            "POST", "/v1/batches", content=body, headers=headers, timeout=timeout, follow_redirects=False
        ) as answer:
            return answer.status_code, answer.headers, await _bounded(answer)

    def _address(self) -> str:
        return str(self.client.base_url)


def client_for(settings: CollectorSettings) -> httpx.AsyncClient:
    """An HTTP client that knows the county's own CA when one is given; host names are always checked.

    The token is read anew for each request: a rotated one is used at once. Proxies of the environment are not
    used: the way to the collector stands in the configuration or nowhere.
    """
    bearer = _Bearer(settings.token)
    return httpx.AsyncClient(
        base_url=settings.url,
        verify=trust_of(settings.ca_file, settings.cert_file, settings.key_file),
        timeout=httpx.Timeout(settings.timeout_s),
        auth=bearer,
        trust_env=False,
        follow_redirects=False,
        # One request in flight, and one beside it: a connection that the collector keeps is used again.
        limits=httpx.Limits(max_connections=4, max_keepalive_connections=2, keepalive_expiry=900),
    )


def trust_of(
    ca_file: Path | None, cert_file: Path | None = None, key_file: Path | None = None
) -> ssl.SSLContext:
    """TLS 1.2 or later, with the county's CA alone when one is given, and the agent's own certificate."""
    try:
        if ca_file is None:
            context = httpx.create_ssl_context(trust_env=False)
        else:
            context = ssl.create_default_context(cafile=str(ca_file))
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            _("the CA file cannot be used: %(why)s") % {"why": error},
            where=str(ca_file),
            do=_("give a PEM file with the county's CA certificate"),
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if cert_file is not None:
        try:
            # A password is never asked for at a terminal: a daemon has none.
            context.load_cert_chain(str(cert_file), key_file and str(key_file), password=lambda: "")
        except (OSError, ssl.SSLError, ValueError) as error:
            raise ConfigError(
                _("the agent's certificate cannot be used: %(why)s") % {"why": error},
                where=str(cert_file),
                do=_("give the certificate and its unencrypted key as PEM, readable by this user"),
            ) from error
    return context


def no_answer(error: Exception, where: str) -> Unreachable:
    """What a failed connection means, and what to do about it."""
    advice = _("batches wait in the spool; check the line, the address and the collector")
    if _is_tls(error):
        advice = _("check the collector's certificate, ca_file, cert_file and the clock of this machine")
    broken = isinstance(error, httpx.ReadError | httpx.WriteError | httpx.RemoteProtocolError)
    return (NotThrough if broken else Unreachable)(
        _("no answer from the collector: %(why)s") % {"why": str(error) or type(error).__name__},
        where=where,
        do=advice,
    )


def receipt_of(status: int, headers: Mapping[str, str], body: bytes, where: str) -> Receipt:
    """The receipt of a batch; raises Refused where the collector said no, Unreachable for all else."""
    if status == 200:
        return _decoded(body, where)
    where = f"{where} HTTP {status}"
    said = detail(body)
    if status in LATER:
        raise Unreachable(
            said or _("the collector cannot take it now"), where=where, retry_after_s=retry_after_s(headers)
        )
    if 300 <= status < 400:
        raise Unreachable(
            _("the address answers with a redirect, which is never followed with the token"),
            where=where,
            do=_("correct agent.collector.url, or log this machine in at the network's portal"),
        )
    raise refusal(status, said, where)


def refusal(status: int, said: str, where: str) -> CollectorError:
    """The error for a 4xx: the collector always says why, in JSON; what does not is something between."""
    if not said and status not in (401, 403, 408, 413):
        return (NotThrough if status in (400, 415, 422) else Unreachable)(
            _("an answer that is not the collector's"),
            where=where,
            do=_("check agent.collector.url and any proxy or login page on the way"),
        )
    return Refused(
        said or _("the collector refused the batch"),
        where=where,
        do=_("a new token: wanzhao agent enrol") if status in (401, 403) else "",
        status=status,
    )


def detail(body: bytes) -> str:
    """What the collector says of a refusal, printable and at most 300 characters; "" when it says nothing."""
    try:
        said = msgspec.json.decode(body, type=dict[str, object]).get("error", "")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""
    return "".join(sign if sign.isprintable() else " " for sign in str(said)[:300]).strip()


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait from Retry-After, given as seconds or as a date; None when it says nothing.

    A date is compared with the answer's own Date where there is one: our clock may be wrong.
    """
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    until = _http_date(value)
    if until is None:
        return None
    now = _http_date(headers.get("Date", "")) or datetime.now(UTC)
    return max((until - now).total_seconds(), 0.0)


class _Bearer(httpx.Auth):
    """The token, read anew for each request; while its file is being replaced, the last one that was read."""

    def __init__(self, reference: str) -> None:
        self._reference = reference
        self._last = token_of(reference)

    def __repr__(self) -> str:
        return "_Bearer(...)"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        with contextlib.suppress(ConfigError):
            self._last = token_of(self._reference)
        request.headers["Authorization"] = f"Bearer {self._last}"
        yield request


def token_of(reference: str) -> str:
    """The token behind a reference; ConfigError, without the value, when it cannot stand in a header."""
    token = reveal(reference)
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise ConfigError(
            _("the token is empty or has signs that no token has"),
            where="agent.collector.token",
            do=_("the file holds one line, as wanzhao agent enrol wrote it"),
        )
    return token


async def _bounded(answer: httpx.Response) -> bytes:
    """The body of an answer, up to the limit; more than that is no receipt, nor is what comes packed."""
    body = bytearray()
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        return b""
    async for part in answer.aiter_bytes():
        body += part
        if len(body) > ANSWER_LIMIT:
            break
    return bytes(body[:ANSWER_LIMIT])


def _decoded(body: bytes, where: str) -> Receipt:
    try:
        return msgspec.json.decode(body, type=Receipt)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Unreachable(
            _("the answer is no receipt of a collector"),
            where=where,
            do=_("check agent.collector.url and any proxy or login page on the way"),
        ) from error


def _http_date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _is_tls(error: BaseException | None) -> bool:
    """Whether TLS is what failed: the library wraps the reason several times."""
    for _depth in range(8):
        if error is None:
            return False
        if isinstance(error, ssl.SSLError) or "[SSL" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False
