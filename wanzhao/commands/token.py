"""wanzhao token: tokens with which programs use the API."""

from __future__ import annotations

import argparse
import getpass
import time
from dataclasses import asdict

from inventory.words import _
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
    from collector.config import load_collector_settings
    from collector.daemon import PEPPER_FILE
    from collector.people import api_tokens
    from collector.people.audit import By
    from collector.store.engine import open_store
    from collector.store.tokens import load_pepper
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None

TIMEZONE = "Asia/Shanghai"
DAYS = 90


def add(commands: Subparsers, text: str) -> None:
    """Add the command to the parser."""
    if MISSING:
        raise need_extra("collector", MISSING)
    actions = group(commands, "token", text)
    parser = actions.add_parser("make", help=_("a new token; it is shown once"))
    parser.add_argument("name", metavar="NAME", help=_("what it is for"))
    parser.add_argument("--person", required=True, metavar="USER", help=_("the account that it acts for"))
    parser.add_argument(
        "--scope",
        action="append",
        required=True,
        choices=api_tokens.SCOPES,
        help=_("what it may be used for; may be given several times"),
    )
    parser.add_argument(
        "--days", type=int, default=DAYS, metavar="N", help=_("how long it lives (default: %(default)s)")
    )
    add_config(parser)
    parser.set_defaults(run=_make)
    parser = actions.add_parser("list", help=_("every token, the newest first"))
    add_json(parser)
    add_config(parser)
    parser.set_defaults(run=_list)
    parser = actions.add_parser("revoke", help=_("a token is good no more"))
    parser.add_argument("token", metavar="ID", help=_("its id, as list shows it"))
    add_config(parser)
    parser.set_defaults(run=_revoke)


def _make(args: argparse.Namespace) -> int:
    settings = load_collector_settings(args.config)
    peppers = load_pepper(settings.state_dir / PEPPER_FILE)
    with open_store(settings.database_url).begin() as connection:
        made = api_tokens.make_token(
            connection, peppers, args.person, args.name, args.scope, args.days, time.time(), _by()
        )
    print(made)
    return 0


def _list(args: argparse.Namespace) -> int:
    settings = load_collector_settings(args.config)
    with open_store(settings.database_url).connect().execution_options(reads_only=True) as connection:
        found = api_tokens.read_tokens(connection)
    if args.json:
        print_json([asdict(one) for one in found])
        return 0
    print_table(
        ("ID", _("name"), _("user"), _("scopes"), _("good until"), _("last used"), _("state")),
        [
            (
                one.id,
                one.name,
                one.person,
                " ".join(one.scopes),
                local_time(one.expires_at, TIMEZONE),
                local_time(one.used_at, TIMEZONE) if one.used_at else "",
                _("revoked") if one.revoked_at else _("over") if one.expires_at <= time.time() else "",
            )
            for one in found
        ],
    )
    return 0


def _revoke(args: argparse.Namespace) -> int:
    settings = load_collector_settings(args.config)
    with open_store(settings.database_url).begin() as connection:
        api_tokens.revoke_token(connection, args.token, time.time(), _by())
    return 0


def _by() -> By:
    """Whoever may run this on the collector's machine; the log says that it was so."""
    return By(f"os:{getpass.getuser()}", "command")
