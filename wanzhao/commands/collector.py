"""wanzhao collector: run the daemon, make codes for agents, take tokens back."""

from __future__ import annotations

import argparse
import getpass
import time

from inventory import log
from inventory.config import load_log_settings
from inventory.errors import InputError
from inventory.register import Register
from inventory.words import _
from wanzhao.commands import collector_forward, collector_store
from wanzhao.options import Subparsers, add_config, group, need_extra, print_table, run_async

try:
    from collector.config import load_collector_settings
    from collector.daemon import PEPPER_FILE, run_collector
    from collector.people.audit import By
    from collector.store.engine import open_store
    from collector.store.registers import read_register
    from collector.store.tokens import add_pepper, load_pepper, new_code, revoke, tokens_by_pepper
    from wanzhao.publish import console_pages, publisher
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None


def add(commands: Subparsers, text: str) -> None:
    """Add the command to the parser."""
    inner = group(commands, "collector", text)
    for name, what, work in (
        ("run", _("run the daemon"), _run),
        ("enrol", _("make a one-time code for the agent of a campus"), _enrol),
        ("revoke", _("take back every token of a campus"), _revoke),
    ):
        parser = inner.add_parser(name, help=what)
        add_config(parser)
        if name != "run":
            parser.add_argument("campus", metavar="CAMPUS", help=_("campus id, as in the register"))
        parser.set_defaults(run=work)
    pepper = inner.add_parser("pepper", help=_("show how many tokens hang on each pepper"))
    add_config(pepper)
    pepper.add_argument("--add", action="store_true", help=_("put a new one before the others"))
    pepper.set_defaults(run=_pepper)
    collector_store.add(inner)
    collector_forward.add(inner)


def _run(args: argparse.Namespace) -> int:
    _need()
    settings = load_collector_settings(args.config)
    chosen = load_log_settings(args.config)
    log.configure(level=chosen.level, form=chosen.form)
    publish = publisher(settings.agent_fresh_s, settings.detail)
    run_async(run_collector(settings, args.config.parent, publish, console_pages()))
    return 0


def _enrol(args: argparse.Namespace) -> int:
    _need()
    settings = load_collector_settings(args.config)
    engine = open_store(settings.database_url)
    pepper = load_pepper(settings.state_dir / PEPPER_FILE)
    with engine.begin() as connection:
        school = school_of(read_register(connection), args.campus)
        code = new_code(connection, pepper, school, args.campus, time.time(), _by())
    print(code)
    print(_("good for ten minutes and one use; at the school run:"))
    print(f"  wanzhao agent enrol --collector URL --code {code} --token-file FILE")
    return 0


def _revoke(args: argparse.Namespace) -> int:
    _need()
    engine = open_store(load_collector_settings(args.config).database_url)
    with engine.begin() as connection:
        count = revoke(connection, args.campus, time.time(), _by())
        if not count:
            raise InputError(_("campus %(campus)s has no token") % {"campus": args.campus})
    print(_("%(count)d tokens of campus %(campus)s revoked") % {"count": count, "campus": args.campus})
    return 0


def _pepper(args: argparse.Namespace) -> int:
    _need()
    settings = load_collector_settings(args.config)
    path = settings.state_dir / PEPPER_FILE
    peppers = add_pepper(path) if args.add else load_pepper(path)
    engine = open_store(settings.database_url)
    with engine.connect().execution_options(reads_only=True) as connection:
        tokens = tokens_by_pepper(connection)
    engine.dispose()
    ids = [pepper_id for pepper_id, _pepper in peppers.all]
    print_table(
        (_("pepper"), _("tokens")),
        [(name or "-", tokens.get(name, 0)) for name in [*ids, *(n for n in tokens if n not in ids)]],
    )
    if args.add:
        print(_("it serves when the collector is started again; agents move to it by a new token"))
    return 0


def school_of(register: Register | None, campus_id: str) -> str:
    """The school of a campus; InputError when the register does not have it."""
    for school in register.schools if register else ():
        if any(campus.id == campus_id for campus in school.campuses):
            return school.id
    raise InputError(
        _("the register has no campus %(campus)s") % {"campus": campus_id},
        do=_("see wanzhao inventory show, or import the register first"),
    )


def _by() -> By:
    return By(f"os:{getpass.getuser()}", "command")


def _need() -> None:
    if MISSING:
        raise need_extra("collector", MISSING)
