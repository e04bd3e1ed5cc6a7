"""wanzhao agent: run the daemon, enrol, and ask one device what it knows."""

from __future__ import annotations

import argparse
from pathlib import Path

from agent.config import load_agent_settings
from agent.daemon import MakePages, run_agent
from agent.enrol import enrol, rotate_file, write_token
from agent.page import Answer
from inventory import log
from inventory.config import load_log_settings
from inventory.words import _
from wanzhao.commands import agent_discover, agent_poll, agent_probe, agent_spool, agent_ssh
from wanzhao.options import Subparsers, add_config, group, run_async


def add(commands: Subparsers, text: str) -> None:
    """Add the command to the parser."""
    inner = group(commands, "agent", text)
    run = inner.add_parser("run", help=_("run the daemon"))
    add_config(run)
    run.set_defaults(run=_run)

    agent_poll.add(inner)
    agent_discover.add(inner)
    agent_probe.add(inner)
    agent_ssh.add(inner)
    agent_spool.add(inner)

    new = inner.add_parser("enrol", help=_("turn a one-time code into this agent's token"))
    new.add_argument("--collector", required=True, metavar="URL")
    new.add_argument("--code", required=True, metavar="CODE", help=_("from: wanzhao collector enrol CAMPUS"))
    new.add_argument(
        "--token-file", required=True, type=Path, metavar="FILE", help=_("where the token is written")
    )
    new.add_argument("--ca-file", type=Path, metavar="FILE", help=_("the county's own CA, PEM"))
    new.set_defaults(run=_enrol)

    change = inner.add_parser("rotate", help=_("change this agent's token for a new one; the old stays good"))
    add_config(change)
    change.set_defaults(run=_rotate)


def _run(args: argparse.Namespace) -> int:
    settings = load_agent_settings(args.config)
    chosen = load_log_settings(args.config)
    log.configure(level=chosen.level, form=chosen.form)
    run_async(run_agent(settings, _pages(settings.metrics_listen)))
    return 0


def _pages(listen: str) -> MakePages:
    """The writer of the pages, loaded only where somebody will read them."""
    if not listen:
        return lambda _now_of, _address: lambda _path, _target: Answer(404, b"")
    from wanzhao.agent_pages import pages_of

    return pages_of


def _enrol(args: argparse.Namespace) -> int:
    campus, token = enrol(args.collector, args.code, ca_file=args.ca_file)
    write_token(args.token_file, token)
    print(
        _("enrolled for campus %(campus)s; the token is in %(file)s")
        % {"campus": campus, "file": args.token_file}
    )
    return 0


def _rotate(args: argparse.Namespace) -> int:
    settings = load_agent_settings(args.config)
    campus = rotate_file(settings.collector)
    print(_("campus %(campus)s has a new token; the agent uses it for its next batch") % {"campus": campus})
    return 0
