"""The uplink over TLS: whom it trusts, and with what it shows who it is."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from authority import Authority
from uplink_server import (
    Server,
    filled,
    opened,
    settings,
    ship,
)

from agent.spool import Spool
from agent.uplink import client_for
from inventory.errors import ConfigError, Unreachable


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    """Every spool of a test is closed at its end."""
    yield
    while opened:
        opened.pop().close()


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return filled(tmp_path, 3)


@pytest.fixture
def county(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "county")


def served_with(certificate: tuple[Path, Path], clients: Path | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    if clients:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients)
    return context


def refused(spool: Spool, context: ssl.SSLContext, **more: object) -> str:
    """What is said of a connection that must not come about."""
    server = Server()
    (error,) = ship(spool, server, context=context, **more)  # type: ignore[arg-type]
    assert isinstance(error, Unreachable)
    assert server.heads == []
    assert spool.depth().batches == 3
    return str(error)


def test_the_countys_own_ca_is_enough(spool: Spool, county: Authority) -> None:
    context = served_with(county.certificate("collector"))

    assert ship(spool, Server(), context=context, ca_file=county.file) == [None]


@pytest.mark.parametrize(
    ("days", "host", "said"),
    [(-1, "127.0.0.1", "expired"), (30, "127.0.0.2", "mismatch"), (30, None, "mismatch")],
)
def test_an_expired_certificate_or_one_of_another_host_is_refused(
    spool: Spool, county: Authority, days: int, host: str | None, said: str
) -> None:
    context = served_with(county.certificate("collector", days, host))

    message = refused(spool, context, ca_file=county.file)

    assert said in message
    assert "certificate" in message.partition(";")[2]


@pytest.mark.parametrize("own", [True, False])
def test_a_certificate_of_an_unknown_ca_is_refused(
    spool: Spool, county: Authority, tmp_path: Path, own: bool
) -> None:
    foreign = Authority(tmp_path, "foreign")

    refused(spool, served_with(foreign.certificate("collector")), ca_file=county.file if own else None)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_tls_below_1_2_is_refused(spool: Spool, county: Authority) -> None:
    context = served_with(county.certificate("collector"))
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1

    refused(spool, context, ca_file=county.file)


def test_an_agent_shows_its_certificate_where_one_is_asked_for(spool: Spool, county: Authority) -> None:
    context = served_with(county.certificate("collector"), clients=county.file)
    cert_file, key_file = county.certificate("agent")

    came = ship(spool, Server(), context=context, ca_file=county.file, cert_file=cert_file, key_file=key_file)

    assert came == [None]


@pytest.mark.parametrize("shown", [True, False])
def test_a_foreign_certificate_or_none_is_not_let_in(
    spool: Spool, county: Authority, tmp_path: Path, shown: bool
) -> None:
    context = served_with(county.certificate("collector"), clients=county.file)
    cert_file, key_file = Authority(tmp_path, "foreign").certificate("agent")
    own = {"cert_file": cert_file, "key_file": key_file} if shown else {}

    refused(spool, context, ca_file=county.file, **own)


def test_a_certificate_that_cannot_be_used_is_said_at_the_start(county: Authority, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("")
    bad = settings(
        "https://127.0.0.1:1", ca_file=county.file, cert_file=tmp_path / "empty", key_file=tmp_path / "empty"
    )

    with pytest.raises(ConfigError, match="PEM"):
        client_for(bad)
