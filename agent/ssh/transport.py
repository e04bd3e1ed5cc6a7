"""The SSH connection below the terminal: which algorithms, whose key; no password before both are right."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import paramiko

from agent.ssh.hostkeys import HostKey, KnownHosts, host_name
from agent.ssh.target import SshTarget
from inventory.errors import DeviceError, HostKeyError, NoAnswer
from inventory.words import _

OUTDATED = frozenset(
    {
        "diffie-hellman-group1-sha1",
        "diffie-hellman-group14-sha1",
        "diffie-hellman-group-exchange-sha1",
        "ssh-rsa",
        "ssh-dss",
        "3des-cbc",
        "aes128-cbc",
        "aes192-cbc",
        "aes256-cbc",
        "hmac-md5",
        "hmac-md5-96",
        "hmac-sha1-96",
    }
)
"""Algorithms that RFC 9142 and RFC 8758 advise against, or that are broken; used where nothing else is."""

_QUIET = "wanzhao.ssh.library"
_RSA = ("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa")
_OFFERS = ("kex_algo_list", "server_key_algo_list", "server_encrypt_algo_list", "server_mac_algo_list")


class Transport(paramiko.Transport):  # type: ignore[misc]  # paramiko has no types
    """A connection that prefers sound algorithms and remembers what the server offered."""

    def __init__(self, sock: socket.socket, key_kinds: Sequence[str] = (), **options: Any) -> None:
        super().__init__(sock, **options)
        self.offered: dict[str, list[str]] = {}
        # What ends a connection is told once, as an error; the library would log it with a stack trace.
        self.set_log_channel(_QUIET)
        logging.getLogger(_QUIET).setLevel(logging.CRITICAL)
        self.daemon = True
        choice = self.get_security_options()
        choice.ciphers = _soundest_first(choice.ciphers)
        choice.digests = _soundest_first(choice.digests)
        choice.kex = _soundest_first(choice.kex)
        wanted = [name for kind in key_kinds for name in (_RSA if kind == "ssh-rsa" else (kind,))]
        kinds = _soundest_first(choice.key_types)
        # The pinned type first: a server that gained a second key since then has not changed the first.
        choice.key_types = (*(k for k in kinds if k in wanted), *(k for k in kinds if k not in wanted))

    def _really_parse_kex_init(self, m: Any, ignore_first_byte: bool = False) -> Any:
        parsed = super()._really_parse_kex_init(m, ignore_first_byte)
        if not ignore_first_byte:
            self.offered = {name: list(parsed[name]) for name in _OFFERS}
        return parsed

    @property
    def outdated(self) -> list[str]:
        """What this connection uses that should no longer be used: the server offered nothing better."""
        # RFC 4253, 7.1: the first of ours that the server has too; the library forgets which it was.
        offered = self.offered.get("kex_algo_list", [])
        kex = next((name for name in self.get_security_options().kex if name in offered), "")
        used = (kex, self.host_key_type, self.remote_cipher, self.remote_mac)
        return [name for name in used if name in OUTDATED]


def _soundest_first(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=lambda name: name in OUTDATED))


def dialled(address: str, port: int, timeout_s: float) -> socket.socket:
    """A TCP connection; raises NoAnswer."""
    where = host_name(address, port)
    try:
        return socket.create_connection((address, port), timeout_s)
    except TimeoutError:
        raise NoAnswer(
            _("no TCP answer from the SSH port in %(seconds).0f s") % {"seconds": timeout_s},
            where=where,
            do=_("check power and cable, the SSH service, and the device's access list"),
        ) from None
    except ConnectionRefusedError:
        raise NoAnswer(
            _("the SSH port refuses connections"),
            where=where,
            do=_("switch the SSH service of the device on, and check the port"),
        ) from None
    except OSError as error:
        raise NoAnswer(
            _("no connection to the SSH port (%(error)s)") % {"error": error.strerror or error},
            where=where,
            do=_("check the address and the route to it"),
        ) from error


def fetch_host_key(address: str, port: int = 22, *, timeout_s: float = 20.0) -> HostKey:
    """The host key that a server shows. Nobody logs in and nothing secret is sent. Raises NoAnswer, or
    DeviceError for a server with which no algorithm is common."""
    where = host_name(address, port)
    with dialled(address, port, timeout_s) as sock:
        transport = Transport(sock)
        transport.banner_timeout = timeout_s
        try:
            transport.start_client(timeout=timeout_s)
            return key_of(transport.get_remote_server_key())
        except (paramiko.SSHException, OSError, EOFError) as error:
            raise negotiation_failed(where, error, transport) from error
        finally:
            transport.close()


def trust(
    known_hosts: Path, address: str, port: int, fingerprint: str, *, timeout_s: float = 20.0
) -> HostKey:
    """Pin the key of a device after the operator compared its fingerprint. The key is fetched again, and only
    one with exactly this fingerprint is kept, in place of any older one. Raises HostKeyError for another."""
    key = fetch_host_key(address, port, timeout_s=timeout_s)
    if key.fingerprint != fingerprint:
        raise HostKeyError(
            _("the device shows the host key %(shown)s, not %(given)s")
            % {"shown": key.fingerprint, "given": fingerprint},
            where=host_name(address, port),
            do=_("compare the fingerprint on the device's own console before trusting it"),
            fingerprint=key.fingerprint,
        )
    KnownHosts.load(known_hosts).trusting(address, port, key).save(known_hosts)
    return key


def key_of(key: Any) -> HostKey:
    """A key of the library as a record."""
    return HostKey(str(key.get_name()), bytes(key.asbytes()))


class Pinned(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]
    """Lets a connection go on to the login only with the pinned host key; raises HostKeyError."""

    def __init__(self, target: SshTarget, known: KnownHosts) -> None:
        self.target = target
        self.known = known

    def missing_host_key(self, client: Any, hostname: str, key: Any) -> None:  # noqa: ARG002
        """Called by the library for every key, since it is given none of its own."""
        target, shown = self.target, key_of(key)
        if target.fingerprint:
            pinned = "known" if shown.fingerprint == target.fingerprint else "changed"
        else:
            pinned = self.known.judged(target.address, target.port, shown)
        if pinned == "known":
            return
        before = (
            [target.fingerprint]
            if target.fingerprint
            else [known.fingerprint for known in self.known.of(target.address, target.port)]
        )
        raise _wrong_key(target, shown, ", ".join(before))


def _wrong_key(target: SshTarget, shown: HostKey, before: str) -> HostKeyError:
    plain = target.port == 22 or ":" in target.address
    command = f"wanzhao agent ssh-trust {target.where if plain else f'{target.address}:{target.port}'}"
    values = {"kind": shown.kind, "shown": shown.fingerprint, "before": before}
    if not before:
        return HostKeyError(
            _("nobody has trusted this SSH host key yet (%(kind)s %(shown)s); no password was sent") % values,
            where=target.where,
            do=_("compare it with the device's console, then: %(command)s") % {"command": command},
            fingerprint=shown.fingerprint,
        )
    return HostKeyError(
        _("the SSH host key CHANGED: it was %(before)s and is %(kind)s %(shown)s; no password was sent")
        % values,
        where=target.where,
        do=_(
            "find out whether the device was replaced or another answers in its place; only then: %(command)s"
        )
        % {"command": command},
        fingerprint=shown.fingerprint,
        changed=True,
    )


def transport_factory(key_kinds: Sequence[str]) -> Callable[..., Transport]:
    """What makes the transport of a client, with these types of host key preferred."""

    def make(sock: socket.socket, **options: Any) -> Transport:
        return Transport(sock, key_kinds, **options)

    return make


def negotiation_failed(where: str, error: BaseException, transport: Transport | None = None) -> DeviceError:
    """The error for a connection that ended before the login."""
    if isinstance(error, paramiko.ssh_exception.IncompatiblePeer):
        offers = sorted({name for names in transport.offered.values() for name in names}) if transport else []
        return DeviceError(
            _("the SSH server offers only algorithms that are no longer supported (%(names)s)")
            % {"names": ", ".join(offers) or str(error)},
            where=where,
            do=_("upgrade the device's software, or let it make a new RSA key of 2048 bits"),
        )
    return NoAnswer(
        _("the SSH connection ended before the login (%(error)s)")
        % {"error": str(error) or type(error).__name__},
        where=where,
        do=_("check that this is an SSH port, the device's access list and its limit of sessions"),
    )
