"""The wire contract: the form in which what an agent learns travels.

``Batch`` is what an agent ships: poll outcomes and changed facts, in columns. Fields may be added,
never renamed; a reader ignores what it does not know.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from inventory.reading import Outcome

BATCH_SCHEMA = "wanzhao.batch/1"
BATCH_MEDIA_TYPE = "application/vnd.wanzhao.batch+json;v=1"

FactValue = str | int | float | bool | list[str] | dict[str, str] | None


class PollColumns(msgspec.Struct, frozen=True, kw_only=True):
    """Poll outcomes: device id, slot (start of the poll's interval, seconds since 1970 UTC), outcome."""

    device: list[str] = []
    slot: list[int] = []
    outcome: list[Outcome] = []


class FactColumns(msgspec.Struct, frozen=True, kw_only=True):
    """Changed facts: value from this slot on; null means that the fact is no longer true."""

    device: list[str] = []
    slot: list[int] = []
    subject: list[str] = []
    key: list[str] = []
    value: list[FactValue] = []


class FrameColumns(msgspec.Struct, frozen=True, kw_only=True):
    """Key frames: for this device and slot, the facts in this batch are its whole state."""

    device: list[str] = []
    slot: list[int] = []


class SampleColumns(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Numbers measured in this slot, in blocks of subjects that share their keys; a device may have several.
    ``value[b][k][s]`` is the value of the key ``key[b][k]`` of the subject ``subject[b][s]`` of
    ``device[b]``, null where it was not measured. The true value is ``value / 10**scale[b][k]``: all numbers
    are whole ones."""

    device: list[str] = []
    slot: list[int] = []
    subject: list[list[str]] = []
    key: list[list[str]] = []
    scale: list[list[int]] = []
    value: list[list[list[int | None]]] = []


class DigestColumns(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the whole state of a device adds up to after this batch (see inventory.digest), as hexadecimal."""

    device: list[str] = []
    slot: list[int] = []
    digest: list[str] = []


GapWhat = Literal["everything", "samples"]
GapWhy = Literal["too_old", "no_room", "damaged", "disk_refused", "refused", "set_aside", "overrun"]


class GapColumns(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What this agent has lost and will never send: batches ``first_seq`` to ``last_seq`` of an epoch and
    lane (0 to 0 where no number was given), made between ``first_at`` and ``last_at``. Each gap has a number
    of its own, unique in the agent."""

    number: list[int] = []
    epoch: list[str] = []
    lane: list[str] = []
    first_seq: list[int] = []
    last_seq: list[int] = []
    first_at: list[float] = []
    last_at: list[float] = []
    what: list[GapWhat] = []
    why: list[GapWhy] = []


Lane = Literal["now", "backlog"]
"""``backlog`` carries everything, in order. While it is long, ``now`` carries whole states past it."""


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """One agent's polls of one slot. The key (agent, epoch, lane, seq) is unique for ever.

    ``made_at`` is the agent's clock; ``made_mono`` is its time since boot (CLOCK_BOOTTIME, seconds), which
    nobody sets, and ``boot`` names that boot: with what the sending says of both, the collector knows when a
    batch was made even if the clock was wrong then."""

    schema: str = BATCH_SCHEMA
    agent: str
    campus: str
    epoch: str
    lane: Lane = "backlog"
    seq: int
    made_at: float
    made_mono: float = 0.0
    boot: str = ""
    interval_s: int
    agent_version: str = ""
    polls: PollColumns = PollColumns()
    frames: FrameColumns = FrameColumns()
    facts: FactColumns = FactColumns()
    samples: SampleColumns = SampleColumns()
    digests: DigestColumns = DigestColumns()
    gaps: GapColumns = GapColumns()


SENT_AT_HEADER = "Wanzhao-Sent-At"
"""The agent's clock when it sends, seconds since 1970."""
SENT_MONO_HEADER = "Wanzhao-Sent-Mono"
"""Its time since boot when it sends, seconds."""
BOOT_HEADER = "Wanzhao-Boot"
"""Which boot that counts from."""


class Rejected(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Part of a batch that was not stored while the rest was: the column group, how many rows of it, why."""

    part: Literal["polls", "facts", "frames", "samples", "digests", "gaps"]
    rows: int
    device: str = ""
    why: str


class Receipt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The collector's answer after commit: ``stored``, or ``duplicate`` of what it already has.

    ``frames_wanted`` are devices whose state here differs from the digest: the agent sends all of it.
    ``have_seq`` is the newest number of this epoch and lane that the collector holds without a hole."""

    status: Literal["stored", "duplicate"]
    agent: str
    epoch: str
    lane: str
    seq: int
    rejected: list[Rejected] = []
    frames_wanted: list[str] = []
    have_seq: int = 0
    received_at: float = 0.0
    clock_offset_s: float | None = None
    """Collector's clock minus agent's, when the batch was received."""


# The facts that a batch carries, by subject and key. The agent writes them (agent/facts.py), the
# metrics read them (inventory/metrics). A subject is "" for the device itself, "port:<name>" or "ap:<id>".
PORT = "port:"
AP = "ap:"
DEVICE_KEYS: dict[str, str] = {
    "sys_name": "sysName (SNMPv2-MIB)",
    "vendor": "maker, by sysObjectID and sysDescr",
    "family": "operating system family",
    "model": "model",
    "serial": "serial number of the chassis (ENTITY-MIB or the maker's)",
    "software": "software version",
    "tables": "status of each table read: name -> ok, empty, partial, timeout, error, unsupported",
    "ipv6_default_route": "next hops of ::/0, a list; empty when the route table was read and has none",
    "ipv6_aggregate_routes": "prefixes that the agent is told to ask for -> next hops, '' where none",
    "aps_online": "access points that the controller itself counts as online",
    "aps_total": "access points that the controller itself counts",
    "aps_licensed": "access points that the controller may serve",
    "standby": "the other controller of a pair: ready, not_ready, absent",
    "ipv6_forwarding": "the device forwards IPv6 (ipv6IpForwarding)",
    "ipv6_dead_next_hops": "next hops (::/0, aggregates) whose neighbour entry is incomplete or invalid",
    "ipv6_ladder": "rungs of the IPv6 ladder: configured, routed, neighbours, clients -> yes, no, unknown",
    "failed": "what the device reports as failed, 'fan: FAN1', a list; empty when it watches and all is well",
    "ups_battery": "battery of the UPS: normal, low, depleted, unknown",
    "ups_output": "source of the UPS's output: normal, bypass, battery, ...",
    "ups_test": "result of the last self-test of the UPS",
}
PORT_KEYS: dict[str, str] = {
    "if_index": "ifIndex, an attribute of the port that may change at a restart",
    "descr": "ifDescr where it differs from ifName",
    "alias": "ifAlias",
    "type": "ifType, IANAifType number",
    "connector": "ifConnectorPresent",
    "admin": "ifAdminStatus in words",
    "oper": "ifOperStatus in words",
    "speed_mbps": "ifHighSpeed, Mbit/s (ifSpeed only where it cannot saturate)",
    "lag": "name of the aggregate that this port is a member of",
    "ipv6": "addresses but link-local, 'address/prefix length' sorted; '/?' where the length is not told",
    "ipv6_ra": "router advertisements are sent (ipv6RouterAdvertSendAdverts)",
    "ipv6_managed": "M flag of the router advertisements: addresses by DHCPv6",
    "ipv6_heard": "machines with global or unique local addresses were heard here",
    "duplex": "half or full (dot3StatsDuplexStatus)",
    "lldp": "who is at the other end, 'system name port', a list",
    "optic_type": "transceiver: type as the device names it",
    "optic_vendor": "transceiver: maker",
    "optic_part": "transceiver: part number",
    "optic_serial": "transceiver: serial number",
    "optic_wavelength_nm": "transceiver: wavelength, nm",
    "optic_ddm": "transceiver: can measure light",
    "optic_rx_dbm": "received light, dBm; a new value when it moves by half a decibel",
    "optic_tx_dbm": "sent light, dBm; a new value when it moves by half a decibel",
    "optic_light": "'none' where the device says that no light arrives",
    "optic_unit": "'unknown unit' where the device's numbers for light cannot be read with certainty",
    "optic_rx_low_alarm_dbm": "the module's own limit for received light, dBm",
    "optic_rx_low_warn_dbm": "the module's own limit for received light, dBm",
    "optic_rx_high_warn_dbm": "the module's own limit for received light, dBm",
    "optic_rx_high_alarm_dbm": "the module's own limit for received light, dBm",
}
DEADBANDS: dict[str, float] = {"optic_rx_dbm": 0.5, "optic_tx_dbm": 0.5}
"""Facts that are measured: a new value counts as a change from this difference on."""
AP_KEYS: dict[str, str] = {
    "name": "name at the controller",
    "mac": "Ethernet MAC address",
    "serial": "serial number",
    "model": "model",
    "ip": "management address",
    "state": "online, offline, missing (no longer listed by the controller) or unknown",
    "missing_since": "when the controller first no longer listed it, ISO 8601 UTC",
    "software": "software version",
    "ipv6": "management address, IPv6",
    "generation": "Wi-Fi generation (4 n, 5 ac, 6 ax, 7 be), by model or radio mode",
    "wired_mbps": "speed of its wired uplink, Mbit/s",
    "switch_port": "where a switch of the campus has learnt it, 'device port'",
}

SAMPLE_KEYS: dict[str, str] = {
    "in_octets": "ifHCInOctets, counter",
    "out_octets": "ifHCOutOctets, counter",
    "in_packets": "packets in of all kinds, counter",
    "out_packets": "packets out of all kinds, counter",
    "in_errors": "ifInErrors, counter",
    "out_errors": "ifOutErrors, counter",
    "in_discards": "ifInDiscards, counter",
    "out_discards": "ifOutDiscards, counter",
    "oper": "ifOperStatus, number",
    "rx_dbm": "received light, dBm",
    "tx_dbm": "sent light, dBm",
    "temperature_c": "temperature, degrees Celsius",
    "cpu_percent": "load of a processor, percent",
    "memory_percent": "memory in use, percent",
    "clients": "stations of an access point, an SSID or a controller",
    "clients_2g4": "stations on the radios of 2.4 GHz, of an access point or a controller",
    "clients_5g": "stations on the radios of 5 GHz, of an access point or a controller",
    "clients_6g": "stations on the radios of 6 GHz, of an access point",
    "in_octets_ipv6": "octets of IPv6 in, counter",
    "out_octets_ipv6": "octets of IPv6 out, counter",
    "in_octets_ipv4": "octets of IPv4 in, counter",
    "out_octets_ipv4": "octets of IPv4 out, counter",
    "stations": "machines heard today on an interface, over either IP version",
    "stations_ipv4": "machines heard today on an interface over IPv4",
    "stations_ipv6": "machines heard today on an interface with a living address in 2000::/3",
    "stations_ipv6_active": "of stations_ipv6, those with IPv6 traffic today besides ICMPv6 and DNS",
    "uptime_s": "sysUpTime, seconds",
    "poll_ms": "how long the poll took, milliseconds",
}
"""Numbers of the samples. One that is not in this list is stored as it came: newer agents may know more."""
