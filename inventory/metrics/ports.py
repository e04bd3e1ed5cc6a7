"""Finding the port that the register names among the ports that the device shows."""

from __future__ import annotations

import re

from inventory.facts import PORT
from inventory.metrics.look import DeviceFacts

# ifType (IANAifType-MIB): the Ethernet types, among them some retired ones that devices still send.
ETHERNET_TYPES = frozenset({6, 26, 62, 69, 117})
AGGREGATE_TYPE = 161
"""ieee8023adLag; an aggregate's own ifHighSpeed may be 0 or anything: its members are summed."""

# What makers call a speed class, long form -> short form. A name is compared by its short form.
_SHORT = {
    "fourhundredgige": "400ge",
    "hundredgige": "100ge",
    "fiftygige": "50ge",
    "fortygige": "40ge",
    "twentyfivegige": "25ge",
    "twenty-fivegige": "25ge",
    "ten-gigabitethernet": "10ge",
    "tengigabitethernet": "10ge",
    "xgigabitethernet": "10ge",
    "xge": "10ge",
    "tengige": "10ge",
    "te": "10ge",
    "m-gigabitethernet": "mge",
    "gigabitethernet": "ge",
    "gige": "ge",
    "gi": "ge",
    "fastethernet": "fe",
    "fa": "fe",
    "ethernet": "eth",
    "bridge-aggregation": "agg",
    "aggregateport": "agg",
    "port-channel": "agg",
    "eth-trunk": "agg",
    "bagg": "agg",
    "po": "agg",
    "ag": "agg",
    "route-aggregation": "ragg",
    "vlan-interface": "vlan",
    "vlanif": "vlan",
    "vl": "vlan",
}
ROUTED_NAMES = frozenset({"vlan", "bvi", "irb", "dialer", "tunnel", "loopback", "lo"})

_PARTS = re.compile(r"([a-z0-9]*?[a-z-]*?)\s*([0-9]+(?:[/.:][0-9]+)*)")


def short_name(name: str) -> str:
    """A port name in one form: "TenGigabitEthernet 1/0/1" and "Te1/0/1" are both "10ge1/0/1"."""
    plain = name.strip().casefold().replace("_", "-")
    match = _PARTS.fullmatch(plain)
    if not match:
        return plain
    kind = match[1].strip()
    return _SHORT.get(kind, kind) + match[2]


def is_routed_name(name: str) -> bool:
    """The name is that of a routed or virtual interface; agents send those only with an IPv6 address."""
    match = _PARTS.fullmatch(short_name(name))
    return match is not None and match[1].strip() in ROUTED_NAMES


def find_port(facts: DeviceFacts, declared: str) -> str | None:
    """The subject of a declared port: by name, by name in any case, by ifDescr, by short or long form."""
    if PORT + declared in facts:
        return PORT + declared
    ports = [subject for subject in facts if subject.startswith(PORT)]
    plain = declared.strip().casefold()
    for subject in ports:
        if subject.removeprefix(PORT).casefold() == plain:
            return subject
    for subject in ports:
        if any(str(span.value).casefold() == plain for span in facts[subject].get("descr", ())):
            return subject
    wanted = short_name(declared)
    matches = [subject for subject in ports if wanted in _short_names(facts, subject)]
    # Two ports of one short form are a guess; a guess is never evidence.
    return matches[0] if len(matches) == 1 else None


def members_of(facts: DeviceFacts, aggregate: str) -> list[str]:
    """The ports that name this subject as their aggregate at any time known."""
    told = [(subject, keys["lag"]) for subject, keys in facts.items() if "lag" in keys]
    if not told:
        return []
    names = {aggregate.removeprefix(PORT).casefold(), short_name(aggregate.removeprefix(PORT))}
    return [
        subject
        for subject, spans in told
        if subject.startswith(PORT) and any(same_port(span.value, names) for span in spans)
    ]


def same_port(value: object, names: set[str]) -> bool:
    """A fact's value is one of the names, in any case or in short form."""
    return isinstance(value, str) and (value.casefold() in names or short_name(value) in names)


def _short_names(facts: DeviceFacts, subject: str) -> set[str]:
    descr = {short_name(str(span.value)) for span in facts[subject].get("descr", ())}
    return {short_name(subject.removeprefix(PORT))} | descr
