"""wanzhao agent probe: the active tests of the configuration, made now."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from agent.config import load_agent_settings
from agent.probes.run import run_probes
from inventory.errors import ConfigError
from inventory.probes import PROBE_KINDS, PROBE_REASONS, ProbeKind, ProbeResult
from inventory.words import _
from wanzhao.options import Subparsers, add_config, add_json, print_json, print_table, run_async

AT_ONCE: tuple[ProbeKind, ...] = ("tcp", "dns", "http", "parity")
"""Made without being named: the others take minutes or fill the line."""


def add(inner: Subparsers) -> None:
    """Add the command to the parser."""
    parser = inner.add_parser("probe", help=_("make the configured active tests now and print the results"))
    add_config(parser)
    parser.add_argument(
        "--kind",
        action="append",
        choices=PROBE_KINDS,
        help=_("only this kind; may be given again (default: all but throughput and crawl)"),
    )
    add_json(parser)
    parser.set_defaults(run=_probe)


def _probe(args: argparse.Namespace) -> int:
    settings = load_agent_settings(args.config)
    if settings.probes is None:
        raise ConfigError(
            _("no active tests are configured"),
            where=str(args.config),
            do=_("add an [agent.probes] table; see config.example.toml"),
        )
    kinds: Sequence[ProbeKind] = args.kind or AT_ONCE
    results: list[ProbeResult] = run_async(run_probes(settings.probes, kinds, datetime.now(UTC)))
    if args.json:
        print_json(msgspec.to_builtins(results))
        return 0
    words = {True: _("ok"), False: _("fails"), None: _("unknown")}
    print_table(
        (_("test"), _("name"), "IP", _("target"), _("result"), _("value"), _("why")),
        [
            (
                result.kind,
                result.name,
                result.family,
                result.target,
                words[result.ok],
                "" if result.value is None else f"{result.value:.3g} {result.unit or ''}",
                _(PROBE_REASONS.get(result.reason or "", result.reason or "")) if result.reason else "",
            )
            for result in results
        ],
    )
    return 0
