"""A10: the county's own links (metric-catalogue 4.A).

A link is read by the agent of the register row that it names (the county's centre), and judged there; a
link that the carrier runs has no agent, but a document. The county's metric counts the links.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from inventory.metrics.kinds import CountyLook, CountyMetrics
from inventory.metrics.look import Look
from inventory.metrics.params import Params
from inventory.metrics.proof import REASON_OF
from inventory.metrics.truth import poll_verdict, unknown
from inventory.metrics.units import Unit, unit_verdict
from inventory.metrics.uplinks import OWN_FIBRE, median_of_best, speed_evidence, speed_rule, speed_truth
from inventory.register import Campus, CountyLink, Uplink
from inventory.rules import ONE_BP
from inventory.verdict import Evidence, State, Verdict

A10 = "county_core_10g"
UPSTREAM = "upstream"


def link_verdicts(look: Look, asked: Iterable[Params]) -> tuple[Verdict, ...]:
    """The county's links that this school's agents read, each judged by A1's rule round the clock, as each of
    the targets asks."""
    return tuple(_link_verdict(look, link, params) for params in asked for link in look.snapshot.links)


def county_core(look: CountyLook, params: Params) -> Verdict:
    """A10: links of the aggregation and upstream that run at ``min_port_mbps`` or more, over all that are
    declared."""
    links = look.register.links
    units = [_unit(look, link, params) for link in links]
    verdict = unit_verdict(
        A10,
        look.subject,
        units,
        params.bp("unit_ratio", ONE_BP),
        origin=params.origin("min_port_mbps"),
        without="links_not_declared",
    )
    everything = tuple(unit.evidence for unit in units if unit.evidence)
    return replace(verdict, evidence=(*everything, *_oversubscription(look, params)))


def _link_verdict(look: Look, link: CountyLink, params: Params) -> Verdict:
    origin = params.origin("min_port_mbps")
    campus = _campus_of(look, link)
    if campus is None or not link.device or not link.port:
        return unknown(A10, link.id, "uplink_not_declared", origin=origin)
    rule = speed_rule(params)
    grid = look.grid(params, campus, clock="always")
    # The port is the county's own end of the link, whoever runs what lies between.
    end = Uplink(device=link.device, port=link.port, medium=OWN_FIBRE)
    port = speed_truth(look, campus, end, grid, rule)
    return poll_verdict(
        A10,
        link.id,
        grid,
        port.truth.tally(grid),
        params,
        value=median_of_best([port]),
        threshold=rule.minimum,
        decided_by="min_port_mbps",
        evidence=(speed_evidence(look, port, grid),),
    )


def _campus_of(look: Look, link: CountyLink) -> Campus | None:
    """The campus that the link's device stands on, else the first."""
    campuses = look.snapshot.school.campuses
    own = (campus for campus in campuses if any(device.id == link.device for device in campus.devices))
    return next(own, campuses[0] if campuses else None)


def _unit(look: CountyLook, link: CountyLink, params: Params) -> Unit:
    if link.school:
        found = _read(look, link, params)
        if found is None:
            return _told(link, State.UNKNOWN, "no_data", "E0")
        if not found.evidence:
            return _told(link, found.state, found.reason, "E0")
        read = found.evidence[0]
        return Unit(found.state, found.reason, replace(read, subject=f"{link.id} {read.subject}"))
    standing = look.proof().standing(link)
    if standing != "accepted":
        return _told(link, State.UNKNOWN, REASON_OF[standing], "E1")
    if link.mbps is None:
        return _told(link, State.UNKNOWN, "speed_not_reported", "E1")
    if link.mbps >= speed_rule(params).minimum:
        return _told(link, State.PASS, "", "E2")
    return _told(link, State.FAIL, "link_below", "E2")


def _told(link: CountyLink, state: State, reason: str, level: str) -> Unit:
    """What the register says of a link that nobody reads."""
    value = reason or f"{link.mbps} Mbit/s"
    evidence = Evidence(level=level, what="link", subject=link.id, value=value, document=link.document)
    return Unit(state, reason, evidence)


def _read(look: CountyLook, link: CountyLink, params: Params) -> Verdict | None:
    """What the agents said of it, judged as this target asks."""
    wanted = (speed_rule(params).minimum, params.bp("thr", 9500))
    told = [
        verdict
        for view in look.views
        if view.school.id == link.school
        for verdict in view.links
        if verdict.subject == link.id
    ]
    return next((v for v in told if (v.threshold, v.thr_bp) == wanted), told[0] if told else None)


def _oversubscription(look: CountyLook, params: Params) -> Sequence[Evidence]:
    """What the schools' uplinks could carry together, over what the upstream links carry; for information."""
    access = sum(line.port_speed_mbps or 0 for view in look.views for line in view.campuses)
    upstream = [link for link in look.register.links if link.kind == UPSTREAM]
    carried = 0.0
    for link in upstream:
        verdict = _read(look, link, params) if link.school else None
        carried += (verdict.value if verdict else link.mbps) or 0
    if not access or not carried:
        return ()
    text = f"{access:g} / {carried:g} Mbit/s = {access / carried:.1f}"
    return (Evidence(level="E3", what="oversubscription", value=text),)


COUNTY: CountyMetrics = {A10: county_core}
