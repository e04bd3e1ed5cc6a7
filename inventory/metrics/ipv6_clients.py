"""C4, C5 and C6: who and what uses IPv6 (metric-catalogue 4.C).

The agent counts machines by MAC address, per interface and local day (docs/facts.md). One that was on two
user networks in a day counts at each of them, above and below the line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from msgspec.structs import replace

from inventory.clock import SCHOOL_DAYS_NEEDED, finished_school_days
from inventory.facts import PORT
from inventory.metrics.flow import rates
from inventory.metrics.ipv6 import USER_KINDS, WAN_ROLES
from inventory.metrics.kinds import CampusMetrics
from inventory.metrics.limits import against_limit, with_limit
from inventory.metrics.look import Grid, Look
from inventory.metrics.params import Params
from inventory.metrics.ports import find_port, same_port, short_name
from inventory.metrics.truth import unknown
from inventory.metrics.uplinks import physical
from inventory.register import Campus, Uplink, UserVlan
from inventory.rules import ONE_BP
from inventory.verdict import Evidence, PollCounts, Verdict

C4 = "ipv6_dual_stack_client_ratio"
C5 = "ipv6_active_client_ratio"
C6 = "ipv6_traffic_share"
ALL, IPV6, ACTIVE = "stations", "stations_ipv6", "stations_ipv6_active"
DAYS = 5
ACTIVE_DAYS = 30
MIN_CLIENTS = 20
MIN_CLIENTS_KINDERGARTEN = 5
MIN_SAMPLES_BP = 6000
"""Least share of the days (C5) or of the polls (C6) that has to be told."""
VERSION_KEYS = ("in_octets_ipv6", "out_octets_ipv6", "in_octets_ipv4", "out_octets_ipv4")

DaySpan = tuple[date, int, int]
"""A school day and its midnights."""
Count = tuple[int, int, int]
"""Slot, machines, and those among them that use IPv6."""


@dataclass(frozen=True, slots=True)
class DayCount:
    """The machines of all user networks on one day; None where a device does not tell."""

    day: date
    clients: int | None
    with_ipv6: int | None

    @property
    def share_bp(self) -> int:
        """Basis points, truncated."""
        return (self.with_ipv6 or 0) * ONE_BP // (self.clients or 1)


@dataclass(frozen=True, slots=True)
class Network:
    """A user network: the subject of its samples, and the largest count of each day."""

    vlan: UserVlan
    subject: str
    days: Mapping[date, Count]


def dual_stack_clients(look: Look, campus: Campus, params: Params) -> Verdict:
    """C4: of the machines heard on the user networks in a school day, those with a living address in
    2000::/3; lower median of the last five finished school days. A day that nobody can tell keeps the bounds
    apart: as if all, and as if none, had used IPv6."""
    wanted = max(1, int(params.number("days", DAYS)))
    spans = list(islice(finished_school_days(look.snapshot.as_of, look.calendar(campus)), wanted))
    base, vlans = _begin(campus, params, C4, spans)
    if not vlans or base.reason == "holiday":
        return base
    networks = _networks(look, vlans, spans, IPV6)
    days = _days(networks, spans)
    least = _min_clients(look, params)
    known = sorted(day.share_bp for day in days if day.clients is not None and day.clients >= least)
    open_days, middle = len(days) - len(known), (len(days) - 1) // 2
    base = replace(
        base,
        reason=_why_open(look, campus, vlans, days, least),
        evidence=_evidence(networks),
        level="E3" if known else "E0",
    )
    if not known:
        return base
    base = replace(
        base,
        value=known[(len(known) - 1) // 2] / ONE_BP,
        low_bp=[*[0] * open_days, *known][middle],
        high_bp=[*known, *[ONE_BP] * open_days][middle],
    )
    return base if len(known) * 2 <= len(days) else against_limit(base, "clients_without_ipv6")


def active_clients(look: Look, campus: Campus, params: Params) -> Verdict:
    """C5: machines with IPv6 traffic besides ICMPv6 and DNS over all machines, both a mean of the school days
    in the last thirty days. Needs flow records."""
    reach = max(1, int(params.number("days", ACTIVE_DAYS)))
    spans = list(finished_school_days(look.snapshot.as_of, look.calendar(campus), reach))
    base, vlans = _begin(campus, params, C5, spans)
    if not vlans or base.reason == "holiday":
        return base
    networks = _networks(look, vlans, spans, ACTIVE)
    if not any(network.days for network in networks):
        return replace(base, reason="no_flow_data")
    days = _days(networks, spans)
    told = [day for day in days if day.clients is not None]
    clients = sum(day.clients or 0 for day in told)
    active = sum(day.with_ipv6 or 0 for day in told)
    base = replace(base, evidence=_evidence(networks), level="E3" if told else "E0")
    if clients:
        share_bp = active * ONE_BP // clients
        base = replace(base, value=share_bp / ONE_BP, low_bp=share_bp, high_bp=share_bp)
    if len(told) * ONE_BP < params.bp("min_samples", MIN_SAMPLES_BP) * len(days):
        return replace(base, reason="too_few_samples")
    if not clients or clients < _min_clients(look, params) * len(told):
        return replace(base, reason="too_few_clients")
    return against_limit(base, "clients_without_ipv6")


def traffic_share(look: Look, campus: Campus, params: Params) -> Verdict:
    """C6: octets of IPv6 over those of IPv4 and IPv6, in and out at the uplinks in school hours. IPv6 in a
    tunnel through IPv4 is IPv4."""
    base = with_limit(unknown(C6, campus.id, "uplink_not_declared"), params)
    uplinks = [u for u in campus.uplinks if u.role in params.words("roles", WAN_ROLES)]
    if not uplinks:
        return base
    grid = look.grid(params, campus, window="30d")
    if not grid.slots:
        return replace(base, reason="holiday")
    base = replace(base, reason="too_few_samples", window=grid.window)
    flows: list[Flow] = []
    for device in dict.fromkeys(uplink.device for uplink in uplinks):
        own = [uplink for uplink in uplinks if uplink.device == device]
        counted = _counted(look, own, grid)
        if counted is None:
            lately = look.grid_of("7d", "school", campus)
            return replace(base, reason=_silent(look, campus, device, lately) or "no_counters")
        flows += counted
    six, total = sum(flow.ipv6 for flow in flows), sum(flow.total for flow in flows)
    base = replace(base, evidence=tuple(flow.evidence(grid) for flow in flows))
    if not total:
        return base
    share_bp = six * ONE_BP // total
    base = replace(base, level="E3", value=share_bp / ONE_BP, low_bp=share_bp, high_bp=share_bp)
    least = params.bp("min_samples", MIN_SAMPLES_BP) * len(grid.slots)
    if any(len(flow.slots) * ONE_BP < least for flow in flows):
        return base
    return against_limit(base, "traffic_low")


# C4 and C5: machines by day


def _begin(
    campus: Campus, params: Params, metric: str, spans: Sequence[DaySpan]
) -> tuple[Verdict, list[UserVlan]]:
    """The verdict before anything is counted, and the user networks that count."""
    kinds = params.words("kinds", USER_KINDS)
    vlans = [vlan for vlan in campus.user_vlans if vlan.kind in kinds]
    reason = "" if vlans else "user_vlans_not_declared"
    needed = min(SCHOOL_DAYS_NEEDED, int(params.number("days", SCHOOL_DAYS_NEEDED)))
    if vlans and len(spans) < max(1, needed):
        reason = "holiday"
    base = with_limit(unknown(metric, campus.id, reason), params)
    return replace(base, window=(spans[-1][1], spans[0][2]) if spans else None), vlans


def _min_clients(look: Look, params: Params) -> int:
    is_small = look.snapshot.school.kind == "kindergarten"
    least = MIN_CLIENTS_KINDERGARTEN if is_small else MIN_CLIENTS
    return max(1, int(params.number("min_clients", least)))


def _networks(look: Look, vlans: Sequence[UserVlan], spans: Sequence[DaySpan], key: str) -> list[Network]:
    start, end = spans[-1][1], spans[0][2]
    series = look.snapshot.series
    found = []
    for vlan in vlans:
        told = series.subjects(vlan.device, ALL, start, end)
        subject = _subject(look, vlan, told)
        days: dict[date, Count] = {}
        if subject:
            of_all = series.values(vlan.device, subject, ALL, start, end)
            of_key = dict(series.values(vlan.device, subject, key, start, end))
            both = [(slot, int(n), int(of_key[slot])) for slot, n in of_all if slot in of_key]
            days = {
                day: max(counts, key=lambda count: (count[1], count[0]))
                for day, first, after in spans
                if (counts := [c for c in both if first <= c[0] < after and 0 <= c[2] <= c[1]])
            }
        found.append(Network(vlan, subject or PORT + vlan.port, days))
    return found


def _subject(look: Look, vlan: UserVlan, told: Sequence[str]) -> str | None:
    """The samples of a user network's interface, under the name that the device gives it."""
    for name in (PORT + vlan.port, find_port(look.facts(vlan.device), vlan.port)):
        if name in told:
            return name
    names = {vlan.port.strip().casefold(), short_name(vlan.port)}
    matches = [subject for subject in told if same_port(subject.removeprefix(PORT), names)]
    return matches[0] if len(matches) == 1 else None


def _days(networks: Sequence[Network], spans: Sequence[DaySpan]) -> list[DayCount]:
    """All user networks together. A network of which a device says nothing on a day had nobody, if the device
    told of another; a device that told of none leaves the day open."""
    devices = {network.vlan.device for network in networks}
    found = []
    for day, _start, _end in spans:
        told = {network.vlan.device for network in networks if day in network.days}
        counts = [network.days[day] for network in networks if day in network.days]
        is_told = told == devices
        found.append(
            DayCount(
                day,
                sum(count[1] for count in counts) if is_told else None,
                sum(count[2] for count in counts) if is_told else None,
            )
        )
    return found


def _why_open(
    look: Look, campus: Campus, vlans: Sequence[UserVlan], days: Sequence[DayCount], least: int
) -> str:
    """Why days cannot be told: most often too few machines, or a device that does not say."""
    unread = sum(day.clients is None for day in days)
    if unread < sum(day.clients is not None and day.clients < least for day in days):
        return "too_few_clients"
    grid = look.grid_of("7d", "school", campus)
    silent = [_silent(look, campus, device, grid) for device in dict.fromkeys(v.device for v in vlans)]
    return next(filter(None, silent), "clients_unreadable")


def _silent(look: Look, campus: Campus, device: str, grid: Grid) -> str:
    """Why a device tells nothing at all, or "" where it answered."""
    if look.is_unread(device, campus, grid):
        return "gateway_unmanaged"
    return "" if look.polls(device, grid)[0] else "no_data"


def _evidence(networks: Sequence[Network]) -> tuple[Evidence, ...]:
    """One for each user network: machines with IPv6 and all of them, by day, oldest first."""
    return tuple(
        Evidence(
            level="E3" if network.days else "E0",
            what="ipNetToPhysicalTable",
            device=network.vlan.device,
            subject=network.subject,
            value=" ".join(
                f"{day.isoformat()}:{six}/{clients}"
                for day, (_, clients, six) in sorted(network.days.items())
            ),
            first=min((count[0] for count in network.days.values()), default=None),
            last=max((count[0] for count in network.days.values()), default=None),
        )
        for network in networks
    )


# C6: octets by IP version


@dataclass(frozen=True, slots=True)
class Flow:
    """What an uplink carried in the intervals in which all four counters tell, octets."""

    uplink: Uplink
    subject: str
    slots: tuple[int, ...]
    ipv6: int
    total: int

    def evidence(self, grid: Grid) -> Evidence:
        """Octets of IPv6 and of both, and how many of the polls told."""
        n = len(self.slots)
        return Evidence(
            level="E3" if n else "E0",
            what="ipIfStatsHCInOctets, ipIfStatsHCOutOctets",
            device=self.uplink.device,
            subject=self.subject,
            value=f"{self.ipv6}/{self.total}",
            first=self.slots[0] if n else None,
            last=self.slots[-1] if n else None,
            counts=PollCounts(a=n, d=0, m=len(grid.slots) - n),
        )


def _counted(look: Look, uplinks: list[Uplink], grid: Grid) -> list[Flow] | None:
    """The flows of one device's uplinks; None where one of them has no counters by version. Many devices
    count on the routed interface that is declared beside the port: then that speaks for the port."""
    ports = physical(look, uplinks)
    routed = [uplink for uplink in uplinks if uplink not in ports]
    for group in (ports, routed):
        flows = [_flow(look, uplink, grid) for uplink in group]
        kept = [flow for flow in flows if flow is not None]
        if len(kept) == len(group) >= len(ports):
            return kept
    return None


def _flow(look: Look, uplink: Uplink, grid: Grid) -> Flow | None:
    start, end = grid.slots[0], grid.slots[-1] + grid.interval_s
    facts = look.facts(uplink.device)
    subject = find_port(facts, uplink.port) or PORT + uplink.port
    told: list[dict[int, int]] = []
    for key in VERSION_KEYS:
        told.append(dict(rates(look, uplink.device, subject, key, start, end)))
        if not told[-1] and not look.snapshot.series.values(uplink.device, subject, key, start, end):
            return None
    slots = tuple(slot for slot in grid.slots if all(slot in each for each in told))
    in6, out6, in4, out4 = (sum(each[slot] for slot in slots) * grid.interval_s // 8 for each in told)
    return Flow(uplink, subject, slots, in6 + out6, in6 + out6 + in4 + out4)


CAMPUS: CampusMetrics = {C4: dual_stack_clients, C5: active_clients, C6: traffic_share}
