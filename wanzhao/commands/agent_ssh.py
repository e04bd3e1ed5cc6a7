"""wanzhao agent ssh-trust: a device's SSH host key, pinned after a person has compared it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from agent.config import load_agent_settings
from agent.ssh.hostkeys import KNOWN_HOSTS, HostKey, KnownHosts, host_name
from inventory.errors import ConfigError, InputError
from inventory.words import _
from wanzhao.options import Subparsers, add_config
from wanzhao.snmp_options import parse_address

SSH_PORT = "22"


def add(inner: Subparsers) -> None:
    """Add the command to the parser."""
    parser = inner.add_parser("ssh-trust", help=_("pin a device's SSH host key after comparing it"))
    parser.add_argument(
        "address", metavar="ADDRESS[:PORT]", help=_("as in the configuration; port 22 by default")
    )
    add_config(parser)
    parser.add_argument(
        "--known-hosts",
        type=Path,
        metavar="FILE",
        help=_("the file of trusted keys (default: known_hosts in the agent's state_dir)"),
    )
    parser.add_argument(
        "--fingerprint", metavar="SHA256:...", help=_("trust exactly this key and ask nothing")
    )
    parser.set_defaults(run=_trust)


def _trust(args: argparse.Namespace) -> int:
    host, port = parse_address(args.address, SSH_PORT)
    path = args.known_hosts or load_agent_settings(args.config).state_dir / KNOWN_HOSTS
    fetch, pin = _transport()
    fingerprint = args.fingerprint
    if fingerprint is None:
        key: HostKey = fetch(host, port)
        _compare(KnownHosts.load(path).of(host, port), key, host_name(host, port))
        if not _agreed():
            print(_("nothing was trusted"))
            return 1
        fingerprint = key.fingerprint
    kept: HostKey = pin(path, host, port, fingerprint)
    print(_("trusted: %(where)s %(key)s") % {"where": host_name(host, port), "key": kept.fingerprint})
    return 0


def _compare(before: tuple[HostKey, ...], key: HostKey, where: str) -> None:
    print(f"{where}  {key.kind}  {key.fingerprint}")
    if key in before:
        print(_("this key is trusted already"))
    elif before:
        shown = ", ".join(known.fingerprint for known in before)
        print(_("another key was trusted before: %(before)s") % {"before": shown})
    print(_("compare it with what the device's own console shows"))


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise InputError(
            _("nobody is there to compare the key"),
            where="ssh-trust",
            do=_("run it at a terminal, or give --fingerprint with what the device's console shows"),
        )
    return input(_("is it the same? (yes/no) ")).strip().lower() in ("yes", "y", "是")


def _transport() -> tuple[Callable[..., HostKey], Callable[..., HostKey]]:
    """SSH is an extra: what fetches and what pins a key."""
    try:
        from agent.ssh.transport import fetch_host_key, trust
    except ImportError as error:
        raise ConfigError(
            _("SSH needs packages that are not installed (%(error)s)") % {"error": error},
            where="ssh-trust",
            do=_("install them with: pip install 'wanzhao[ssh]'"),
        ) from error
    return fetch_host_key, trust
