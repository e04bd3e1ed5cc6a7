"""Pages over each IP version, from a site with the faults that sites have."""

from __future__ import annotations

import asyncio
import gzip
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from web_site import Answer, Site, hosts_file, need_ipv6, web_site

from agent.probes.config import Page
from agent.probes.names import Names
from agent.probes.web import Browser, Fetched, probe_page, tls_context
from inventory.probes import PROBE_REASONS, Family, ProbeResult

x509 = pytest.importorskip("cryptography.x509", reason="cryptography makes the test's certificates")

pytestmark = need_ipv6()

AT = "2026-09-01T08:00:00Z"
HELLO = Answer("<p>你好</p>")


def got(tmp_path: Path, site: Site, path: str, family: Family = "ipv6", limit_s: float = 10.0) -> Fetched:
    async def run() -> Fetched:
        async with web_site(site):
            names = Names(hosts=hosts_file(tmp_path, www_test="127.0.0.1 ::1"))
            browser = Browser(names, tls_context(None), limit_s=limit_s, max_bytes=100_000)
            return await browser.get(f"http://www.test:{site.port}{path}", family)

    return asyncio.run(run())


@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
def test_a_page_is_fetched_over_the_family_asked_for(tmp_path: Path, family: Family) -> None:
    site = Site({"/": HELLO})

    page = got(tmp_path, site, "/", family)

    assert (page.status, page.reason, page.body) == (200, None, HELLO.body.encode())  # type: ignore[union-attr]
    assert site.asked == [(family, f"www.test:{site.port}", "/")]


def test_an_error_of_one_family_alone_is_seen(tmp_path: Path) -> None:
    site = Site({"/": HELLO}, only6={"/": Answer("no", status=403)})

    assert got(tmp_path, site, "/", "ipv4").ok
    page = got(tmp_path, site, "/", "ipv6")

    assert (page.status, page.reason) == (403, "bad_status")


def test_a_redirect_is_followed_over_the_same_family(tmp_path: Path) -> None:
    site = Site({"/": Answer(status=302, headers={"Location": "/zh/"}), "/zh/": HELLO})

    page = got(tmp_path, site, "/")

    assert (page.ok, page.redirects, page.url.endswith("/zh/")) == (True, 1, True)
    assert {family for family, _host, _path in site.asked} == {"ipv6"}


def test_a_redirect_in_a_circle_ends(tmp_path: Path) -> None:
    round_about = {
        "/a": Answer(status=302, headers={"Location": "/b"}),
        "/b": Answer(status=302, headers={"Location": "/a"}),
    }
    site = Site(round_about)

    assert got(tmp_path, site, "/a").reason == "redirect_loop"
    assert len(site.asked) == 2


def test_redirects_without_end_end(tmp_path: Path) -> None:
    site = Site({f"/{n}": Answer(status=301, headers={"Location": f"/{n + 1}"}) for n in range(50)})

    assert got(tmp_path, site, "/0").reason == "redirect_loop"
    assert len(site.asked) == 6


@pytest.mark.parametrize(
    ("fault", "reason"), [("garbage", "bad_answer"), ("close", "bad_answer"), ("drip", "timeout")]
)
def test_a_server_that_misbehaves_is_told(tmp_path: Path, fault: str, reason: str) -> None:
    page = got(tmp_path, Site({"/": Answer(fault=fault)}), "/", limit_s=0.5)

    assert (page.ok, page.reason) == (False, reason)


def test_a_body_without_end_is_cut(tmp_path: Path) -> None:
    page = got(tmp_path, Site({"/": Answer(fault="endless")}), "/")

    assert (page.ok, page.cut, len(page.body)) == (True, True, 100_000)


def test_a_compressed_body_is_opened_within_the_bound(tmp_path: Path) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    site = Site({"/": Answer(bomb, headers={"Content-Encoding": "gzip"})})

    page = got(tmp_path, site, "/")

    assert (page.ok, page.cut, page.body[:3], len(page.body)) == (True, True, b"000", 100_000)


def test_a_closed_port_is_refused(tmp_path: Path) -> None:
    async def run() -> Fetched:
        names = Names(hosts=hosts_file(tmp_path, www_test="::1"))
        return await Browser(names, tls_context(None)).get("http://www.test:9/", "ipv6")

    assert asyncio.run(run()).reason == "refused"


def _certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate that signs itself, and its key."""
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return cert_file, key_file


def over_tls(tmp_path: Path, host: str, *, trusted: bool) -> ProbeResult:
    cert, key = _certificate(tmp_path, "www.test")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(cert, key)

    async def run() -> ProbeResult:
        async with web_site(Site({"/": HELLO}), server) as site:
            names = Names(hosts=hosts_file(tmp_path, www_test="::1", other_test="::1"))
            browser = Browser(names, tls_context(cert if trusted else None))
            page = Page(name="home", url=f"https://{host}:{site.port}/")
            return await probe_page(page, "ipv6", AT, browser)

    return asyncio.run(run())


def test_the_countys_own_authority_can_be_trusted(tmp_path: Path) -> None:
    result = over_tls(tmp_path, "www.test", trusted=True)

    assert (result.ok, result.reason, result.details["status"]) == (True, None, 200)
    assert result.details["bytes"] == len(HELLO.body.encode())  # type: ignore[union-attr]


def test_a_stranger_authority_is_not_trusted(tmp_path: Path) -> None:
    result = over_tls(tmp_path, "www.test", trusted=False)

    assert (result.ok, result.reason, result.value) == (False, "certificate", None)


def test_a_certificate_of_another_name_is_not_trusted(tmp_path: Path) -> None:
    assert over_tls(tmp_path, "other.test", trusted=True).reason == "certificate"


def test_plain_http_on_a_tls_port_is_told_as_tls(tmp_path: Path) -> None:
    async def run() -> Fetched:
        async with web_site(Site({"/": HELLO})) as site:
            names = Names(hosts=hosts_file(tmp_path, www_test="::1"))
            browser = Browser(names, tls_context(None), limit_s=1.5)
            return await browser.get(f"https://www.test:{site.port}/", "ipv6")

    page = asyncio.run(run())

    assert page.reason in ("tls", "reset", "timeout", "bad_answer")
    assert page.reason in PROBE_REASONS


def test_the_pace_is_awaited_before_every_request(tmp_path: Path) -> None:
    waits: list[int] = []

    async def wait() -> None:
        waits.append(1)

    async def run() -> None:
        site = Site({"/": Answer(status=302, headers={"Location": "/zh"}), "/zh": HELLO})
        async with web_site(site):
            names = Names(hosts=hosts_file(tmp_path, www_test="::1"))
            browser = replace(Browser(names, tls_context(None)), before=wait)
            await browser.get(f"http://www.test:{site.port}/", "ipv6")

    asyncio.run(run())

    assert len(waits) == 2
