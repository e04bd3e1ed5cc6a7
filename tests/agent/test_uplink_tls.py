"""The uplink over TLS: whom it trusts, and with what it shows who it is."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
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


@dataclass(slots=True)
class Authority:
    """A county's own CA, and the certificates it gives."""

    folder: Path
    name: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def file(self) -> Path:
        return self.folder / f"{self.name}.pem"

    def __post_init__(self) -> None:
        made = self._certificate(self.name, self.key, ca=True, days=30, host=None)
        self.file.write_bytes(made.public_bytes(serialization.Encoding.PEM))

    def certificate(self, name: str, days: int = 30, host: str | None = "127.0.0.1") -> tuple[Path, Path]:
        """(certificate, key) in files; ``days`` may be negative."""
        key = ec.generate_private_key(ec.SECP256R1())
        cert_file, key_file = (self.folder / f"{self.name}-{name}.{kind}" for kind in ("crt", "key"))
        made = self._certificate(name, key, ca=False, days=days, host=host)
        cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return cert_file, key_file

    def _certificate(
        self, name: str, key: ec.EllipticCurvePrivateKey, *, ca: bool, days: int, host: str | None
    ) -> x509.Certificate:
        now = dt.datetime.now(dt.UTC)
        public = key.public_key()
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)]))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=60))
            .not_valid_after(now + dt.timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
            )
        )
        if ca:
            usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
            builder = builder.add_extension(usage, critical=True)
        if host:
            names = [x509.IPAddress(ipaddress.ip_address(host))]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self.key, hashes.SHA256())


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
