"""wanzhao user: the accounts of the console, as far as the collector's own machine makes and mends them."""

from __future__ import annotations

import argparse
import getpass
import sys
import time
from dataclasses import replace
from pathlib import Path

from inventory.errors import InputError
from inventory.words import _, language, say
from wanzhao.options import (
    Subparsers,
    add_config,
    add_json,
    group,
    local_time,
    need_extra,
    print_json,
    print_table,
)

try:
    from collector.config import CollectorSettings, load_collector_settings
    from collector.people import accounts, passwords
    from collector.people.accounts import Account, Actor
    from collector.people.oidc import subject_of
    from collector.people.person import ROLES
    from collector.store.engine import open_store
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None

TIMEZONE = "Asia/Shanghai"


def add(commands: Subparsers, text: str) -> None:
    """Add the command to the parser."""
    if MISSING:
        raise need_extra("collector", MISSING)
    actions = group(commands, "user", text)
    parser = _action(actions, "add", _("add an account; the first one is the county's administrator"), _add)
    parser.add_argument("--name", default="", metavar="TEXT", help=_("the name that is shown"))
    parser.add_argument("--oidc", metavar="SUBJECT", help=_("signs in by the county's sign-on, no password"))
    _add_roles(parser)
    _add_password(parser)
    listed = actions.add_parser("list", help=_("every account"))
    add_json(listed)
    add_config(listed)
    listed.set_defaults(run=_list)
    parser = _action(actions, "passwd", _("give another password, to be changed at the sign-in"), _passwd)
    _add_password(parser)
    _add_roles(_action(actions, "role", _("give other roles; sessions end"), _role), required=True)
    _action(actions, "lock", _("let nobody sign in to an account any more"), _lock)
    _action(actions, "unlock", _("open an account that a person or wrong tries have locked"), _unlock)
    _action(actions, "totp-reset", _("take a lost authenticator away"), _totp_reset)


def _action(actions: Subparsers, name: str, text: str, run: object) -> argparse.ArgumentParser:
    # No abbreviations: --password would be taken for --password-file, and the password for a file's name.
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text, allow_abbrev=False)
    parser.add_argument("user", metavar="USER", help=_("the name that signs in"))
    add_config(parser)
    parser.set_defaults(run=run)
    return parser


def _add_roles(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    roles = ", ".join(f"{role} ({say(text, language())})" for role, text in ROLES.items())
    parser.add_argument(
        "--role",
        action="append",
        default=[],
        required=required,
        choices=tuple(ROLES),
        metavar="ROLE",
        help=_("may be given several times: %(roles)s") % {"roles": roles},
    )
    parser.add_argument(
        "--school",
        action="append",
        default=[],
        metavar="SCHOOL",
        help=_("a clerk's school, 10-digit code; may be given several times"),
    )


def _add_password(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--password-file",
        type=Path,
        metavar="FILE",
        help=_("read the password from the first line of a file instead of asking for it"),
    )


def _add(args: argparse.Namespace) -> int:
    settings = load_collector_settings(args.config)
    now = time.time()
    name = args.name or args.user
    kept = "" if args.oidc else _hashed(args, settings, (args.user, name))
    new = Account(
        id=args.user,
        name=name,
        roles=tuple(args.role),
        schools=tuple(args.school),
        password_hash=kept,
        password_at=now if kept else None,
        oidc_subject=_subject(settings, args.oidc) if args.oidc else "",
    )
    with open_store(settings.database_url).begin() as connection:
        # The first administrator types the own password; whoever comes later gets one from another person.
        is_first = not accounts.read_accounts(connection)
        new = replace(new, must_change=bool(kept) and not is_first)
        accounts.add_person(connection, _actor(settings), new, now)
    return 0


def _list(args: argparse.Namespace) -> int:
    settings = load_collector_settings(args.config)
    with open_store(settings.database_url).connect().execution_options(reads_only=True) as connection:
        found = accounts.read_accounts(connection)
    if args.json:
        print_json([accounts.told(one) for one in found])
        return 0
    now = time.time()
    print_table(
        (_("user"), _("name"), _("roles"), _("schools"), _("state"), _("authenticator"), _("password of")),
        [
            (
                one.id,
                one.name,
                " ".join(one.roles),
                " ".join(one.schools),
                _("locked") if one.is_locked(now) else "",
                _("yes") if one.totp else "",
                local_time(one.password_at, TIMEZONE) if one.password_at else "",
            )
            for one in found
        ],
    )
    return 0


def _passwd(args: argparse.Namespace) -> int:
    settings = load_collector_settings(args.config)
    with open_store(settings.database_url).connect().execution_options(reads_only=True) as connection:
        known = accounts.read_account(connection, args.user)
    names = (args.user, known.name) if known else (args.user,)
    kept = _hashed(args, settings, names)
    with open_store(settings.database_url).begin() as connection:
        accounts.set_password(connection, _actor(settings), args.user, kept, time.time(), must_change=True)
    return 0


def _role(args: argparse.Namespace) -> int:
    settings = load_collector_settings(args.config)
    with open_store(settings.database_url).begin() as connection:
        accounts.set_roles(connection, _actor(settings), args.user, args.role, args.school, time.time())
    return 0


def _lock(args: argparse.Namespace) -> int:
    settings = load_collector_settings(args.config)
    with open_store(settings.database_url).begin() as connection:
        accounts.lock(connection, _actor(settings), args.user, time.time())
    return 0


def _unlock(args: argparse.Namespace) -> int:
    settings = load_collector_settings(args.config)
    with open_store(settings.database_url).begin() as connection:
        accounts.unlock(connection, _actor(settings), args.user, time.time())
    return 0


def _totp_reset(args: argparse.Namespace) -> int:
    settings = load_collector_settings(args.config)
    with open_store(settings.database_url).begin() as connection:
        accounts.reset_totp(connection, _actor(settings), args.user, time.time())
    return 0


def _actor(settings: CollectorSettings) -> Actor:
    """Whoever may run this on the collector's machine; the log says that it was so."""
    return Actor(f"os:{getpass.getuser()}", "command", separated=settings.console.separate_duties)


def _subject(settings: CollectorSettings, subject: str) -> str:
    if settings.console.oidc is None:
        raise InputError(
            _("no sign-on of the county is configured"), do=_("fill in [collector.console.oidc]")
        )
    return subject_of(settings.console.oidc.issuer, subject)


def _hashed(args: argparse.Namespace, settings: CollectorSettings, names: tuple[str, ...]) -> str:
    """The hash of a password that was asked for, or read from a file; never given as an argument, which every
    user of the machine could see."""
    password = _read(args.password_file) if args.password_file else _asked()
    passwords.check_new(password, length=settings.console.password_length, names=names)
    return passwords.hashed(password)


def _read(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(_("the file of the password cannot be read"), where=str(path)) from error
    return lines[0] if lines else ""


def _asked() -> str:
    if not sys.stdin.isatty():
        raise InputError(_("there is no terminal to ask for a password"), do=_("give --password-file FILE"))
    password = getpass.getpass(_("password") + ": ")
    if password != getpass.getpass(_("once more") + ": "):
        raise InputError(_("the two passwords differ"))
    return password
