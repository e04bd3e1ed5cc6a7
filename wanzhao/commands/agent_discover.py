"""wanzhao agent discover: which devices there are in declared ranges. It proposes, and adds nothing."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import msgspec

from agent.config import AgentSettings, DeviceSettings, load_agent_settings, target_of
from agent.discover.find import Proposal, discover, not_found
from agent.discover.known import Known
from agent.discover.snippet import agent_toml, register_toml
from agent.discover.sweep import Credential
from inventory.words import _
from wanzhao.options import Subparsers, add_json, print_json, print_table, run_async
from wanzhao.snmp_options import add_credentials, target_at

FROM_OPTIONS = "options"


def add(inner: Subparsers) -> None:
    """Add the command to the parser."""
    parser = inner.add_parser("discover", help=_("propose devices found in address ranges; adds nothing"))
    parser.add_argument(
        "ranges", nargs="+", metavar="RANGE", help=_("where to look: 10.1.0.0/24, 2001:db8:1::/120, 10.1.0.7")
    )
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help=_("ask as this configuration does, and tell known devices from new ones"),
    )
    parser.add_argument(
        "--campus", default="CAMPUS", metavar="ID", help=_("campus for the proposed sections")
    )
    parser.add_argument(
        "--as",
        dest="form",
        choices=("table", "agent", "register"),
        default="table",
        help=_("print a table, or sections to paste into the agent's configuration or the register"),
    )
    parser.add_argument("--force", action="store_true", help=_("allow ranges of more than 65,536 addresses"))
    parser.add_argument(
        "--neighbours-only",
        action="store_true",
        help=_("follow what known devices have heard; sweep nothing"),
    )
    parser.add_argument("--loopback", action="store_true", help=_("allow 127.0.0.0/8, for trying it out"))
    add_credentials(parser)
    add_json(parser)
    parser.set_defaults(run=_discover)


def _discover(args: argparse.Namespace) -> int:
    settings = load_agent_settings(args.config) if args.config else None
    known = _known(settings)
    credentials = _credentials(settings) if settings and not (args.community or args.user) else [_own(args)]
    proposals: list[Proposal] = run_async(
        discover(
            args.ranges,
            credentials,
            known=known,
            force=args.force,
            allow_loopback=args.loopback,
            neighbors_only=args.neighbours_only,
        )
    )
    campus = settings.campus if settings else args.campus
    references = {credential.name: credential.reference for credential in credentials}
    if args.json:
        print_json(msgspec.to_builtins(proposals))
    elif args.form == "agent":
        print(agent_toml(proposals, campus, references))
    elif args.form == "register":
        print(register_toml(proposals, campus))
    else:
        _show(proposals, not_found(proposals, known))
    return 0


def _show(proposals: Sequence[Proposal], gone: Sequence[Known]) -> None:
    states = {"new": _("new"), "known": _("known"), "changed": _("changed")}
    print_table(
        (_("address"), "", _("role"), _("why"), _("name"), _("model"), _("serial")),
        [
            (
                item.address,
                states[item.state],
                item.role if item.sure else f"{item.role}?",
                "; ".join([*item.changes, *item.reasons]),
                item.sys_name,
                " ".join(filter(None, (item.vendor, item.model))),
                item.serial,
            )
            for item in proposals
        ],
    )
    for one in gone:
        print(_("not found: %(device)s at %(address)s") % {"device": one.id, "address": one.address})
    print(_("nothing was added; --as agent and --as register print sections to paste"))


def _own(args: argparse.Namespace) -> Credential:
    """The credential of the command line."""
    target = target_at("0.0.0.0", 161, args)
    return Credential(
        FROM_OPTIONS, community=target.community, user=target.user, version=target.version, port=target.port
    )


def _known(settings: AgentSettings | None) -> list[Known]:
    devices = settings.device if settings else []
    return [Known(id=device.id, address=device.address, role=device.role) for device in devices]


def _credentials(settings: AgentSettings) -> list[Credential]:
    """Each way of asking that the configuration knows, once."""
    found: dict[object, Credential] = {}
    for device in settings.device:
        target = target_of(device)
        key = (target.version, target.community, target.user, target.port)
        found.setdefault(
            key,
            Credential(
                f"{device.id}",
                community=target.community,
                user=target.user,
                version=target.version,
                port=target.port,
                reference=_reference(device),
            ),
        )
    return list(found.values())


def _reference(device: DeviceSettings) -> str:
    """The lines of the configuration that lead to the secrets of a device."""
    lines = [f'version = "{device.version}"'] if device.version != "2c" else []
    if device.user is None:
        return "\n".join([*lines, f'community = "{device.community}"'])
    user = device.user.model_dump(exclude_defaults=True)
    told = ", ".join(
        f"{name} = {str(value).lower() if isinstance(value, bool) else msgspec.json.encode(value).decode()}"
        for name, value in user.items()
    )
    return "\n".join([*lines, f"user = {{ {told} }}"])
