"""The door to netmiko: its driver for each system, held to a list of texts that may be written.

Its drivers know the odd ways of each system (line ends, keys, escapes). What they do by themselves after
the login is left out: some switch paging off in configuration mode, one says yes to saving the
configuration.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import paramiko
from netmiko import NetmikoAuthenticationException, NetmikoTimeoutException
from netmiko.ssh_dispatcher import CLASS_MAPPER

from agent.ssh.hostkeys import KnownHosts
from agent.ssh.platform import Platform, permitted, refused
from agent.ssh.target import SshTarget
from agent.ssh.transport import Pinned, Transport, negotiation_failed, transport_factory
from inventory.errors import ConfigError, LoginRefused, NoAnswer
from inventory.words import _

_WIDTH, _HEIGHT = 511, 1000
"""Columns and lines of the terminal that we claim to be: few devices wrap or stop then."""


class Guarded:
    """Comes before a driver of netmiko: writes what is permitted and nothing else."""

    permitted: frozenset[str] = frozenset()
    pins: Pinned
    key_kinds: Sequence[str] = ()

    def special_login_handler(self, delay_factor: float = 1.0) -> None:
        """Nothing: agent/ssh/line.py answers what devices ask before the prompt, from the platform's list."""

    def _modify_connection_params(self) -> None:
        """Nothing: what follows the user name stands in the platform file."""

    def write_channel(self, out_data: str) -> None:
        """Write a text of the list; raises DeviceError for any other."""
        if out_data not in self.permitted:
            raise refused(out_data)
        super().write_channel(out_data)  # type: ignore[misc]  # the driver that this class stands before

    def write_secret(self, secret: str) -> None:
        """Write the enable password, past the library's log of what is written."""
        self.remote_conn.sendall((secret + self.RETURN).encode())  # type: ignore[attr-defined]

    def _build_ssh_client(self) -> Any:
        client = super()._build_ssh_client()  # type: ignore[misc]
        client.set_missing_host_key_policy(self.pins)
        return client

    def _connect_params_dict(self) -> dict[str, Any]:
        parameters: dict[str, Any] = super()._connect_params_dict()  # type: ignore[misc]
        # One driver switches every modern key exchange off; what a server's own keys need may stay.
        disabled = parameters.pop("disabled_algorithms", None) or {}
        kept = {name: names for name, names in disabled.items() if name == "pubkeys"}
        factory = transport_factory(self.key_kinds)
        return {**parameters, "disabled_algorithms": kept or None, "transport_factory": factory}


def connect(
    target: SshTarget, platform: Platform, known: KnownHosts, commands: Sequence[str], sock: socket.socket
) -> Any:
    """A netmiko connection, logged in, before its first prompt. Raises DeviceError; nothing secret is sent to
    a server whose key is not the pinned one."""
    driver = _driver(platform.driver)(
        host=target.address,
        port=target.port,
        username=target.username + platform.login_options,
        password=target.password or None,
        pkey=_key(target),
        secret=target.enable_password,
        sock=sock,
        auto_connect=False,
        conn_timeout=target.timeout_s,
        auth_timeout=target.timeout_s,
        banner_timeout=target.timeout_s,
        blocking_timeout=target.timeout_s,
        device_type=platform.driver,
    )
    driver.pins = Pinned(target, known)
    driver.key_kinds = [key.kind for key in known.of(target.address, target.port)]
    driver.permitted = permitted(platform, commands, driver.RETURN)
    try:
        with _translated(target, lambda: transport_of(driver)):
            driver.establish_connection(width=_WIDTH, height=_HEIGHT)
    except BaseException:
        disconnect(driver)
        raise
    return driver


def disconnect(driver: Any) -> None:
    """End a connection, whatever state it is in, and what the library keeps for it."""
    driver.cleanup = lambda: None  # would write its own way of saying goodbye
    driver.disconnect()


def transport_of(driver: Any) -> Transport | None:
    """The SSH connection below a driver, as far as there is one."""
    client = getattr(driver, "remote_conn_pre", None)
    found = client.get_transport() if client is not None else None
    return found if isinstance(found, Transport) else None


@cache
def _driver(name: str) -> type[Any]:
    """netmiko's driver, held to the list."""
    return type(f"Guarded_{name}", (Guarded, CLASS_MAPPER[name]), {})


def _key(target: SshTarget) -> Any:
    if target.key_file is None:
        return None
    password = target.key_password.encode() or None
    try:
        return paramiko.PKey.from_path(target.key_file, passphrase=password)
    except (OSError, paramiko.SSHException, ValueError, TypeError) as error:
        raise ConfigError(
            _("the SSH key cannot be read (%(error)s)") % {"error": str(error) or type(error).__name__},
            where=str(target.key_file),
            do=_("give the path of a private key, and its password if it has one"),
        ) from error


@contextlib.contextmanager
def _translated(target: SshTarget, transport: Callable[[], Transport | None]) -> Iterator[None]:
    """netmiko's errors as ours; its long texts are for people at a keyboard."""
    try:
        yield
    except NetmikoAuthenticationException as error:
        raise LoginRefused(
            _("the SSH login of %(user)s was refused") % {"user": target.username},
            where=target.where,
            do=_("check user name, password or key, and whether this user may log in over SSH"),
        ) from error
    except (NetmikoTimeoutException, paramiko.SSHException, OSError, EOFError) as error:
        below = error.__context__ if isinstance(error, NetmikoTimeoutException) else error
        if isinstance(below, TimeoutError):
            raise NoAnswer(
                _("no answer of the SSH server in %(seconds).0f s") % {"seconds": target.timeout_s},
                where=target.where,
                do=_("give the device more time: old ones take long over keys"),
            ) from error
        raise negotiation_failed(target.where, below or error, transport()) from error
