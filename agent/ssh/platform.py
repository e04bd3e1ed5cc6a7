"""The platform files as records: every text that may ever be sent to a device is in them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Literal, get_args

import msgspec

from inventory.errors import ConfigError, DeviceError
from inventory.reading import System
from inventory.words import _

Fact = Literal["version", "routes", "neighbors", "addresses", "ra", "optics", "lldp", "aps"]
FACTS: tuple[Fact, ...] = get_args(Fact)

_PARAMETERS: Mapping[str, str] = {"interface": r"[A-Za-z][A-Za-z0-9/.:_-]{0,47}"}
"""What may stand for a parameter of a command: nothing that ends a word, a line or a command."""


class Command(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One command and the parser of its answer (agent/ssh/parse.py). ``otherwise``: asked only where the
    device refused the command before it, for the same fact. ``template`` is a file of ntc-templates, and
    ``columns`` its columns by our names; ``fallback`` is the parser for answers that the template does not
    know: templates refuse every line that they have never seen."""

    fact: Fact
    send: str
    parser: str
    otherwise: bool = False
    template: str = ""
    columns: dict[str, str] = {}
    fallback: str = ""


class Dialog(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question that a device may ask between login and prompt, and the answer, always the harmless one.
    ``enter``: press Enter after it."""

    see: str
    answer: str
    enter: bool = True


class Platform(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one operating system talks. ``driver`` is netmiko's name for it; ``prompt`` fits the whole last
    line when it waits for a command; ``paging_off`` is sent after login, ``leave`` at the end; ``enable``
    where a higher level must be asked for; ``fits`` lists makers and families of agent/vendors that run it,
    with "" for any other family. ``login_options`` follow the user name at the login."""

    driver: str
    prompt: str
    leave: str
    paging_off: list[str] = []
    enable: str = ""
    fits: list[tuple[str, str]] = []
    pager: str = ""
    login_options: str = ""
    dialog: list[Dialog] = []
    command: list[Command]

    def commands(self, fact: Fact) -> list[Command]:
        """What to ask for one fact, in order."""
        return [command for command in self.command if command.fact == fact]

    @property
    def facts(self) -> list[Fact]:
        """What this platform can tell over SSH."""
        return [fact for fact in FACTS if self.commands(fact)]


@cache
def platforms() -> Mapping[str, Platform]:
    """All platforms by name."""
    folder = resources.files("agent.ssh.platforms")
    files = sorted((item for item in folder.iterdir() if item.name.endswith(".toml")), key=lambda f: f.name)
    return {
        item.name.removesuffix(".toml"): msgspec.convert(
            tomllib.loads(item.read_text(encoding="utf-8")), Platform
        )
        for item in files
    }


def platform_named(name: str) -> Platform:
    """A platform; raises ConfigError for a name that is none."""
    found = platforms().get(name)
    if found is None:
        raise ConfigError(
            _("no SSH platform of this name"),
            where=name,
            do=_("use one of: %(names)s") % {"names": ", ".join(platforms())},
        )
    return found


def platform_of(system: System) -> str | None:
    """The platform that fits what SNMP told of a device, or None where that leaves a doubt."""
    wanted = {(system.vendor, system.family), (system.vendor, "")}
    fitting = [
        (bool(family), name)
        for name, item in platforms().items()
        for vendor, family in item.fits
        if (vendor, family) in wanted
    ]
    return max(fitting)[1] if fitting else None


def text_of(platform: Platform, send: str, parameters: Mapping[str, str] | None = None) -> str:
    """The text to send for a command of the list. Raises DeviceError for anything that is not literally in
    the list, and for a parameter that is not of its kind."""
    values = parameters or {}
    wanted = re.findall(r"\{(\w+)\}", send)
    in_list = any(send == command.send for command in platform.command)
    fits = sorted(values) == sorted(set(wanted)) and all(
        re.fullmatch(_PARAMETERS.get(name, r"(?!)"), value) for name, value in values.items()
    )
    if not in_list or not fits:
        raise refused(send)
    for name, value in values.items():
        send = send.replace(f"{{{name}}}", value)
    return send


def refused(text: str) -> DeviceError:
    """The error for a text that is not in the list of commands."""
    return DeviceError(
        _("this is not in the list of commands that may be sent, and was not sent"), where=repr(text[:80])
    )


def permitted(platform: Platform, commands: Sequence[str], enter: str) -> frozenset[str]:
    """Every text that a session may write: these commands, and what belongs to the dialogue itself."""
    lines = {*commands, *platform.paging_off, platform.leave, platform.enable, ""}
    answers = {item.answer + enter * item.enter for item in platform.dialog}
    return frozenset({line + enter for line in lines} | answers | {" "})
