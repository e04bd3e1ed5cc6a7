"""Which engine asks a device: by name, or the best that can do the target's version.

"native" is our own codec, for every version: the fastest, and exact about errors. "pysnmp" is the second
opinion, "gufo" a compiled engine where it is installed (docs/decisions/0007).
"""

from __future__ import annotations

from functools import cache
from typing import Literal, TypeAlias, get_args

from agent.snmp import gufo_engine, pysnmp_packets
from agent.snmp.engine import Codec, Engine
from agent.snmp.target import Target
from agent.snmp.udp import UdpEngine
from agent.snmp.usm import UsmEngine
from agent.snmp.usm_errors import user_of
from agent.snmp.usm_keys import require_ciphers
from inventory.errors import ConfigError, InputError
from inventory.suggest import did_you_mean
from inventory.words import _

EngineName: TypeAlias = Literal["auto", "gufo", "pysnmp", "native"]
ENGINES: tuple[EngineName, ...] = get_args(EngineName)
_PYSNMP: Codec = pysnmp_packets


def engine_named(name: EngineName, target: Target) -> Engine:
    """The engine for this target; the same one for every target that it suits, so that it can remember what
    it learned of the devices. Raises ConfigError for an engine or a user that cannot be used here, InputError
    for a name that is none."""
    if name not in ENGINES:
        raise InputError(
            _("there is no SNMP engine %(name)s") % {"name": name}, do=did_you_mean(name, ENGINES)
        )
    if name == "gufo" and not _is_gufo_installed():
        raise ConfigError(
            _("the SNMP engine gufo is not installed"),
            where="engine",
            do=_("install it with: pip install 'wanzhao[fast]', or use engine = \"auto\""),
        )
    if name == "gufo" and target.user is not None and target.user.context:
        raise ConfigError(
            _("the SNMP engine gufo cannot ask in a context"), where="engine", do=_('use engine = "auto"')
        )
    if target.version == "3":
        require_ciphers(user_of(target))
    return _engine("native" if name == "auto" else name, target.version == "3")


def _is_gufo_installed() -> bool:

    return gufo_engine.IS_INSTALLED


@cache
def _engine(name: EngineName, is_v3: bool) -> Engine:
    """The other engines are imported where they are asked for: they are 10 MB that most agents never use."""
    if name == "gufo":
        from agent.snmp.gufo_engine import GufoEngine

        return GufoEngine(_engine("native", is_v3))
    if name == "pysnmp":
        from agent.snmp import pysnmp_packets
        from agent.snmp.usm_pysnmp import PysnmpUsmEngine

        return PysnmpUsmEngine() if is_v3 else UdpEngine(pysnmp_packets)
    return UsmEngine() if is_v3 else UdpEngine()
