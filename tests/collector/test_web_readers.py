"""The collector's pages over TLS and behind passwords; agents keep their own way in."""

from __future__ import annotations

import gzip
import shutil
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bcrypt
import httpx
import pytest
from authority import Authority
from served_collector import ServedCollector

from collector.publish import Page, Published, Scrape
from inventory.web import TlsServerSettings, WebSettings

PAGE = b"wanzhao_x 1\n" * 100
USERS = {"prometheus": bcrypt.hashpw(b"secret", bcrypt.gensalt(4)).decode()}
RIGHT = ("prometheus", "secret")


def serve(folder: Path, web: WebSettings) -> ServedCollector:
    one = ServedCollector(folder, "2133999001", "2133999001-01", web=web)
    one.edge.published = lambda: Published(
        pages={"/report/report.html": Page("text/html", "万兆".encode)},
        scrapes={("330522", "demo"): Scrape(PAGE, gzip.compress(PAGE, 1), 1.0)},
        judged_at=1.0,
    )
    return one


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[str]:
    one = serve(tmp_path, WebSettings(basic_auth_users=USERS))
    yield "http://{}:{}".format(*one.address)
    one.close()


@pytest.mark.parametrize("path", ["/metrics", "/probe", "/sd", "/", "/report/report.html", "/nothing"])
def test_no_page_is_shown_to_strangers(guarded: str, path: str) -> None:
    stranger = httpx.get(guarded + path)

    assert stranger.status_code == 401
    assert stranger.headers["WWW-Authenticate"].startswith("Basic ")
    assert b"wanzhao_" not in stranger.content
    assert httpx.get(guarded + path, auth=RIGHT).status_code == (404 if path == "/nothing" else 200)
    assert httpx.get(guarded + path, auth=("prometheus", "wrong")).status_code == 401


@pytest.mark.parametrize("path", ["/console", "/console/login"])
def test_the_console_has_its_own_way_in(guarded: str, path: str) -> None:
    answer = httpx.get(guarded + path)

    assert answer.status_code != 401
    assert b"wanzhao_" not in answer.content


def test_health_needs_no_password_and_agents_need_their_token(guarded: str) -> None:
    assert httpx.get(f"{guarded}/-/healthy").status_code == 200
    assert httpx.get(f"{guarded}/-/ready").status_code == 200
    enrol = httpx.post(f"{guarded}/v1/enrol", json={"code": "AAAA-AAAA-AAAA"})
    assert enrol.status_code == 403  # looked at, and wrong
    assert httpx.post(f"{guarded}/v1/batches", auth=RIGHT).status_code == 401


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", True),
        ("deflate, gzip;q=0.5", True),
        ("*", True),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip;q=0.0, identity", False),
        ("x-gzip-like", False),
        ("", False),
    ],
)
def test_the_page_goes_out_in_the_form_that_the_client_takes(
    guarded: str, encoding: str, packed: bool
) -> None:
    with httpx.stream("GET", f"{guarded}/probe", auth=RIGHT, headers={"Accept-Encoding": encoding}) as answer:
        raw = b"".join(answer.iter_raw())

    assert (answer.headers.get("Content-Encoding") == "gzip") is packed
    assert (gzip.decompress(raw) if packed else raw) == PAGE
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert int(answer.headers["Content-Length"]) == len(raw)


def tls(certificate: tuple[Path, Path], **more: Any) -> WebSettings:
    cert, key = certificate
    return WebSettings(tls_server_config=TlsServerSettings(cert_file=cert, key_file=key, **more))


def trusting(county: Authority, own: tuple[Path, Path] | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(county.file))
    if own:
        context.load_cert_chain(*own)
    return context


def test_a_renewed_certificate_is_shown_to_the_next_who_comes(tmp_path: Path) -> None:
    old, new = Authority(tmp_path, "old"), Authority(tmp_path, "new")
    cert, key = old.certificate("collector")
    one = serve(tmp_path, tls((cert, key)))
    url = "https://{}:{}/-/healthy".format(*one.address)
    try:
        assert httpx.get(url, verify=trusting(old)).text == "ok\n"
        with pytest.raises(httpx.ConnectError):
            httpx.get(url, verify=trusting(new))
        for source, place in zip(new.certificate("collector"), (cert, key), strict=True):
            shutil.copy(source, place)
        assert one.certificate is not None
        assert one.certificate.renew()
        assert httpx.get(url, verify=trusting(new)).text == "ok\n"
        with pytest.raises(httpx.ConnectError):
            httpx.get(url, verify=trusting(old))
    finally:
        one.close()


def test_who_has_no_certificate_of_the_county_is_not_heard(tmp_path: Path) -> None:
    county, stranger = Authority(tmp_path, "county"), Authority(tmp_path, "stranger")
    web = tls(
        county.certificate("collector"),
        client_ca_file=county.file,
        client_auth_type="RequireAndVerifyClientCert",
        min_version="TLS13",
    )
    one = serve(tmp_path, web)
    url = "https://{}:{}/-/healthy".format(*one.address)
    try:
        own = county.certificate("agent", host=None)
        assert httpx.get(url, verify=trusting(county, own)).text == "ok\n"
        for other in (None, stranger.certificate("agent", host=None)):
            with pytest.raises(httpx.HTTPError):
                httpx.get(url, verify=trusting(county, other))
        with pytest.raises(httpx.HTTPError):
            httpx.get(url.replace("https", "http"))
    finally:
        one.close()
