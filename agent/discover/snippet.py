"""Proposals as TOML for a person to read, to change and to paste: never written into any file by us."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence

from agent.discover.find import Proposal
from inventory.words import _

_NOT_AN_ID = re.compile(r"[^A-Za-z0-9._-]+")
NO_REFERENCE = 'community = "file:/etc/wanzhao/community"'


def agent_toml(proposals: Sequence[Proposal], campus: str, references: Mapping[str, str]) -> str:
    """[[agent.device]] sections of the new devices for the agent's configuration. ``references``: by the name
    of a credential the TOML lines that lead to it (Credential.reference); secrets are never written."""
    ids = _ids(proposals, campus)
    return "\n".join(
        "\n".join(
            [
                *_comments(item),
                "[[agent.device]]",
                f"id = {_text(ids[item.address])}",
                f"address = {_text(item.address)}",
                f"role = {_text(item.role)}",
                references.get(item.credential) or NO_REFERENCE,
                "",
            ]
        )
        for item in _new(proposals)
    )


def register_toml(proposals: Sequence[Proposal], campus: str) -> str:
    """[[device]] sections of the new devices for the county's register."""
    ids = _ids(proposals, campus)
    lines: list[str] = []
    for item in _new(proposals):
        fields = {
            "id": ids[item.address],
            "campus": campus,
            "role": item.role,
            "name": item.sys_name,
            "model": item.model,
            "mac": item.mac,
            "serial": item.serial,
        }
        lines += [*_comments(item), "[[device]]"]
        lines += [f"{name} = {_text(value)}" for name, value in fields.items() if value]
        lines.append("")
    return "\n".join(lines)


def _new(proposals: Iterable[Proposal]) -> list[Proposal]:
    return [item for item in proposals if item.state == "new"]


def _ids(proposals: Sequence[Proposal], campus: str) -> dict[str, str]:
    """An id for each new device: the campus and the device's own name, else its address; each once."""
    found: dict[str, str] = {}
    for item in _new(proposals):
        word = _NOT_AN_ID.sub("-", item.sys_name or "").strip("-.") or _NOT_AN_ID.sub("-", item.address)
        wanted = f"{campus}-{word}"[:60]
        taken = set(found.values())
        tries = (wanted, *(f"{wanted}-{number}" for number in range(2, len(proposals) + 2)))
        found[item.address] = next(name for name in tries if name not in taken)
    return found


def _comments(item: Proposal) -> list[str]:
    """What a person needs to judge the proposal, as comments; one line each, whatever the device wrote."""
    what = " ".join(word for word in (item.vendor, item.model, item.software) if word)
    lines = [
        what or item.sys_descr or _("a device that does not say what it is"),
        _("%(role)s: %(reasons)s") % {"role": item.role, "reasons": "; ".join(item.reasons)},
    ]
    if not item.sure:
        lines.append(_("the role is a guess: look at it before you use it"))
    if len(item.addresses) > 1:
        lines.append(_("answers at %(addresses)s") % {"addresses": ", ".join(item.addresses)})
    if item.location:
        lines.append(item.location)
    return ["# " + " ".join(line.split())[:200] for line in lines]


def _text(value: str) -> str:
    """A TOML basic string; JSON's escapes are TOML's."""
    return json.dumps(value, ensure_ascii=False)
