"""What an honest verdict of each school is by its papers: part 4.E and 4.F of the metric catalogue, plainly.

Where the catalogue leaves a question open it is answered here as it says of all metrics: what is not known
helps neither way, and a paper that still may come to count keeps a verdict open.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from fractions import Fraction

from sixty_truth import all_hours, all_of, by_polls, by_units, standing
from sixty_types import HOURS, NOW, TERMS, TODAY, Box, CampusTruth, Paper, SchoolTruth, Thing

LEVELS = ["self", "school", "county", "city", "province", "national"]
SPACES = ("innovation_lab", "subject_classroom", "future_classroom", "smart_classroom", "vr_room")
REQUIRED = ["firewall", "ips", "behaviour_audit", "log_audit", "endpoint_mgmt"]
ALL = Fraction(1)


def things(rows: list[Thing], *kinds: str) -> list[Thing]:
    """Rows that are finished by today."""
    return [row for row in rows if row.kind in kinds and (row.completed is None or row.completed <= TODAY)]


def worth(row: Thing) -> str:
    """What a facility row is worth today."""
    found = standing(row.paper)
    is_over = row.expires is not None and row.expires < TODAY
    return "expired" if found == "accepted" and is_over else found


def accepted(rows: list[Thing]) -> list[Thing]:
    return [row for row in rows if not row.absent and worth(row) == "accepted"]


def claimed(rows: list[Thing]) -> list[Thing]:
    return [row for row in rows if not row.absent and worth(row) == "claimed"]


def says_none(rows: list[Thing]) -> bool:
    """The school's own word that it has none; who hands something in besides has not said so."""
    return any(row.absent and worth(row) != "rejected" for row in rows) and not claimed(rows)


# 4.E


def at_least_one(school: SchoolTruth, *kinds: str, least: int = 1) -> str:
    """The common rule of E2, E6 and E11."""
    rows = things(school.things, *kinds)
    if sum(row.count for row in accepted(rows)) >= least:
        return "pass"
    return "fail" if says_none(rows) else "unknown"


def recognised(school: SchoolTruth, least: str = "county") -> str:
    """E1: a recognition that is high enough; one that is too low is known to be, unless a higher one is
    being looked at."""

    def is_enough(row: Thing) -> bool:
        return row.level in LEVELS and LEVELS.index(row.level) >= LEVELS.index(least)

    rows = things(school.things, "smart_campus")
    if any(is_enough(row) for row in accepted(rows)):
        return "pass"
    if any(is_enough(row) for row in claimed(rows)):
        return "unknown"
    return "fail" if says_none(rows) or any(row.level for row in accepted(rows)) else "unknown"


def library(school: SchoolTruth, least: int = 1, functions: int = 2) -> str:
    """E3: a library with two of the functions; one with fewer is known to be no smart one."""
    rows = things(school.things, "smart_library")
    good = [row for row in rows if len(set(row.features)) >= functions]
    if sum(row.count for row in accepted(good)) >= least:
        return "pass"
    if claimed(good):
        return "unknown"
    return "fail" if says_none(rows) or (accepted(rows) and not accepted(good)) else "unknown"


def sync_classroom(school: SchoolTruth, lessons: int = 16) -> str:
    """E4: built, and used in the last term that is over. No school of this county has a codec."""
    first, last = TERMS[-1]
    rows = things(school.things, "sync_sessions")
    of_term = [row for row in rows if row.completed is not None and first <= row.completed <= last]
    sure = [row.value for row in accepted(of_term) if row.value is not None]
    asked = claimed(of_term)
    if sure and sum(sure) >= lessons:
        used = "pass"
    elif any(row.value is None for row in asked):
        used = "unknown"
    elif sure:
        more = sum(row.value for row in asked if row.value is not None)
        used = "unknown" if sum(sure) + more >= lessons else "fail"
    else:
        used = "fail" if says_none(rows) else "unknown"
    return all_of([at_least_one(school, "sync_classroom"), used])


def classrooms(school: SchoolTruth) -> list[str] | None:
    """The ordinary classrooms, or None while nobody has confirmed how many there are."""
    if not all(campus.rooms_confirmed for campus in school.campuses):
        return None
    return [room.id for campus in school.campuses for room in campus.rooms if room.kind == "classroom"]


def lit(school: SchoolTruth) -> list[str] | None:
    """E5, room by room: the newest report, if it is accepted and not older than three years."""
    rooms = classrooms(school)
    if rooms is None:
        return None
    found = []
    for room in rooms:
        reports = [light for light in school.lights if light.room == room and light.day <= TODAY]
        newest = max(reports, key=lambda light: light.day, default=None)
        if (
            newest is None
            or standing(newest.paper) != "accepted"
            or newest.day.replace(year=newest.day.year + 3) < TODAY
        ):
            found.append("unknown")
        else:
            desk = newest.desk[0] >= 300 and newest.desk[1] >= 0.7
            board = newest.board[0] >= 500 and newest.board[1] >= 0.8
            colours = newest.ra is None or newest.ra >= 80
            found.append("pass" if desk and board and colours and newest.control else "fail")
    return found


def equipped(school: SchoolTruth) -> list[str] | None:
    """E9, room by room."""
    rooms = classrooms(school)
    if rooms is None:
        return None
    rows = things(school.things, "multimedia")
    found = []
    for room in rooms:
        if any(room in row.rooms for row in accepted(rows)):
            found.append("pass")
        elif any(room in row.rooms for row in rows):
            found.append("unknown")
        else:
            found.append(
                "fail" if any(row.absent and worth(row) != "rejected" for row in rows) else "unknown"
            )
    return found


def by_rooms(rooms: list[str] | None, share: Fraction) -> str:
    return "unknown" if rooms is None else by_units(rooms, share)


def video(
    school: SchoolTruth, platform: str = "", legs: tuple[str, ...] = ("enrolled", "online"), days: int = 30
) -> str:
    """E8."""
    answers = {
        "enrolled": enrolled(school, platform),
        "online": cameras(school),
        "retention": kept(school, days),
    }
    return all_of(answers[leg] for leg in legs)


def enrolled(school: SchoolTruth, platform: str) -> str:
    rows = things(school.things, "video_enrolled")
    if any(not platform or row.platform == platform for row in accepted(rows)):
        return "pass"
    return "fail" if says_none(rows) else "unknown"


def cameras(school: SchoolTruth) -> str:
    """All polls of all cameras in service as one heap; where none ever answered, the agent cannot see
    them."""
    heap: list[bool | None] = []
    for campus in school.campuses:
        for box in campus.boxes:
            if box.role in ("camera", "nvr") and box.status == "in_service":
                heap += [{"ok": True, "down": False, "gap": None}[box.polls[n]] for n in all_hours(campus)]
    return by_polls(heap) if True in heap else "unknown"


def kept(school: SchoolTruth, days: int) -> str:
    rows = things(school.things, "video_retention")
    told = [row.value for row in accepted(rows) if row.value is not None]
    if told:
        return "pass" if min(told) >= days else "fail"
    return "fail" if says_none(rows) else "unknown"


# 4.F


def guarded(school: SchoolTruth) -> dict[str, str]:
    """F1, function by function."""
    return {
        function: _is_there(school, function)
        for function in [*REQUIRED, *(["waf"] if school.has_site else [])]
    }


def _boxes(school: SchoolTruth, function: str) -> list[tuple[CampusTruth, Box]]:
    """Devices of the function's role, and the one that its row names."""
    named = {row.device for row in school.guards if row.function == function and row.device}
    return [
        (campus, box)
        for campus in school.campuses
        for box in campus.boxes
        if box.status == "in_service" and (box.role == function or box.id in named)
    ]


def _is_there(school: SchoolTruth, function: str) -> str:
    """A device of the role that was seen in seven days; a paper, of what no agent reads or the county
    provides; a row "none" is a lack, and so is a device that was down whenever it was asked."""
    boxes = _boxes(school, function)
    for _campus, box in boxes:
        if any(box.polls[n] == "ok" for n in range(len(HOURS)) if HOURS[n] >= NOW - timedelta(days=7)):
            return "pass"
    is_read = any(set(box.polls) != {"gap"} for _campus, box in boxes)
    rows = [row for row in school.guards if row.function == function]
    for row in rows:
        if row.by != "none" and standing(row.paper) == "accepted" and (row.by == "county" or not is_read):
            return "pass"
    if any(row.by == "none" for row in rows):
        return "fail"
    for campus, box in boxes:
        polls = [box.polls[n] for n in all_hours(campus)]
        if Fraction(polls.count("down"), len(polls)) >= Fraction(90, 100):
            return "fail"
    return "unknown"


def effective(school: SchoolTruth) -> str:
    """F2: of the functions that are there, each is online, licensed, up to date, and logs."""
    checks = []
    for function, state in guarded(school).items():
        if state != "pass":
            continue
        row = next((row for row in school.guards if row.function == function), None)
        polls = [
            {"ok": True, "down": False, "gap": None}[box.polls[n]]
            for campus, box in _boxes(school, function)
            for n in all_hours(campus)
        ]
        if set(polls) <= {None} and row is not None and row.by == "county":
            checks.append("na")
        else:
            checks.append(by_polls(polls))
        licence, signatures, log = (row.licence, row.signatures, row.log_seen) if row else (None, None, None)
        checks.append("unknown" if licence is None else "pass" if licence >= TODAY else "fail")
        for day, most in ((signatures, 30), (log, 1)):
            checks.append("unknown" if day is None else "pass" if (TODAY - day).days <= most else "fail")
    return by_units(checks, ALL) if checks else "unknown"


def logs(school: SchoolTruth, days: int = 180) -> str:
    """F3."""
    fresh = [
        row
        for row in school.guards
        if row.function == "log_audit"
        and row.log_days is not None
        and standing(row.paper) == "accepted"
        and row.log_read is not None
        and (TODAY - row.log_read).days <= 90
    ]
    if not fresh:
        return "unknown"
    best = max(fresh, key=lambda row: row.log_days or 0)
    return "pass" if (best.log_days or 0) >= days and (best.log_gap or 0) <= 7 else "fail"


def filed(school: SchoolTruth) -> str:
    """F4: filed, and assessed in twelve months from level three, in twenty-four at level two."""
    states = []
    for system in school.systems:
        years = {1: 100, 2: 2}.get(system.level, 1)
        if not system.number:
            states.append("fail")
        elif standing(system.paper) != "accepted":
            states.append("unknown")
        elif system.level == 1:
            states.append("pass")
        else:
            day = system.assessed
            is_fresh = day is not None and day.replace(year=day.year + years) > TODAY
            states.append("pass" if is_fresh else "fail")
    return by_units(states, ALL)


# 4.G


Asks = tuple[str, str, Mapping[str, object]]
"""A target of a plan that holds for a school: its id, its metric and the parameters."""


def in_order(school: SchoolTruth, share: Fraction, plan: list[Asks]) -> str:
    """G5: rows that need a paper and have a good one; only rows that some target of the plan looks at."""
    papers = [paper for names, paper in _rows(school) if any(names & _looks_at(asks) for asks in plan)]
    worths = {"accepted": "pass", "claimed": "unknown"}
    return by_units([worths.get(standing(paper), "fail") for paper in papers], share) if papers else "unknown"


def _rows(school: SchoolTruth) -> list[tuple[set[str], Paper | None]]:
    """Every row that needs a paper, with the names by which a target may look at it."""
    rows = [({"lease"}, row.paper) for campus in school.campuses for row in campus.leases]
    rows += [
        ({row.kind, f"{row.kind} called {row.name}"}, row.paper) for row in school.things if not row.absent
    ]
    rows += [({"light"}, row.paper) for row in school.lights]
    for row in school.guards:
        names = {f"guard {row.function}"} if not row.device and row.by != "none" else set()
        if row.function == "log_audit" and row.log_days is not None:
            names.add("logs")
        if "waf" in row.function and not school.has_site:
            names = set()
        rows.append((names, row.paper))
    rows += [({"system"}, row.paper) for row in school.systems]
    rows += [({f"let off {row.target}"}, row.paper) for row in school.let_off]
    return rows


def _looks_at(asks: Asks) -> set[str]:
    target, metric, params = asks
    found = {f"let off {target}", f"let off {metric}"}
    legs = params.get("legs", params.get("basis", ()))
    assert isinstance(legs, tuple)
    if metric == "access_10g_composite" and (not legs or {"contract", "throughput"} & set(legs)):
        found.add("lease")
    if metric == "sync_classroom_operational":
        found |= {"sync_classroom", "sync_sessions"}
    if metric == "security_video_networked":
        found |= {"video_enrolled"} if not legs or "enrolled" in legs else set()
        found |= {"video_retention"} if "retention" in legs else set()
    if metric in ("security_device_set_complete", "security_device_effective"):
        found |= {f"guard {function}" for function in [*REQUIRED, "waf"]}
    if metric == "facility_count":
        kinds, called = params["kinds"], params.get("names", ())
        assert isinstance(kinds, tuple)
        assert isinstance(called, tuple)
        found |= {f"{kind} called {name}" for kind in kinds for name in called} if called else set(kinds)
    if metric == "designated_school_count":
        found.add(str(params["kind"]))
    if metric in ("new_teaching_space_present", "smart_library_present"):
        kinds = params.get("kinds", ("smart_library",) if "library" in metric else SPACES)
        assert isinstance(kinds, tuple)
        found |= set(kinds)
    return found | ALWAYS_READ.get(metric, set())


ALWAYS_READ = {
    "access_contract_bandwidth_10g": {"lease"},
    "access_throughput_ratio": {"lease"},
    "access_utilisation_p95": {"lease"},
    "bandwidth_per_user": {"lease"},
    "gateway_capacity_sufficient": {"lease"},
    "core_power_protected": {"power_protection"},
    "smart_campus_recognised": {"smart_campus"},
    "smart_lighting_classroom_ratio": {"light"},
    "digital_home_school_present": {"digital_home_school"},
    "multimedia_classroom_ratio": {"multimedia"},
    "security_log_retention": {"logs"},
    "mlps_record_valid": {"system"},
}
