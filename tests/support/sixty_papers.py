"""The papers of the sixty schools and of their county: what was built, lit, guarded, filed and let off."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from sixty_network import paper
from sixty_types import (
    HOURS,
    LAST,
    TERMS,
    THIS_TERM,
    TODAY,
    Box,
    FiledSystem,
    Guard,
    LetOff,
    Light,
    Paper,
    PlatformTruth,
    SchoolTruth,
    Thing,
    Visit,
)

OLD = TODAY - timedelta(days=1)
COMING = TODAY + timedelta(days=30)
KINDS = [
    "innovation_lab",
    "subject_classroom",
    "future_classroom",
    "smart_classroom",
    "vr_room",
    "digital_home_school",
    "smart_campus_demo",
    "digital_resource_base",
    "digital_teaching_pilot",
    "iot_sensing",
    "online_smart_classroom",
    "smart_lab",
    "maker_space",
    "ordinary_lab",
    "vocational_vr_training",
    "transparent_kitchen",
    "drinking_water",
    "equipment_renewal",
    "access_equipment_upgrade",
    "new_school_project",
    "renewal_project",
    "rebuild_project",
    "future_school_project",
]
FEATURES = ["self_service", "rfid", "online_catalogue", "reading_terminals"]
FUNCTIONS = ["firewall", "ips", "behaviour_audit", "log_audit", "endpoint_mgmt"]


def rows_of(kind: str, style: int) -> list[Thing]:
    """What a school has of a kind, in one of sixteen ways."""
    none = Thing(kind, Paper(), absent=True)
    return [
        [Thing(kind, Paper())],
        [none],
        [],
        [Thing(kind, Paper(valid_until=TODAY), count=2)],
        [Thing(kind, Paper("claimed"))],
        [Thing(kind, None, absent=True)],
        [Thing(kind, Paper("rejected"), count=2)],
        [Thing(kind, Paper("claimed"), count=3), Thing(kind, Paper(kept="word"), completed=TODAY)],
        [Thing(kind, Paper(valid_until=OLD))],
        [none, Thing(kind, Paper("claimed"))],
        [Thing(kind, Paper(), completed=COMING)],
        [Thing(kind, Paper(kept="county"), expires=TODAY)],
        [Thing(kind, Paper(), expires=OLD)],
        [none, Thing(kind, Paper(valid_until=OLD))],
        [Thing(kind, Paper("rejected"), absent=True)],
        [Thing(kind, Paper(kept="lost")), Thing(kind, None)],
    ][style % 16]


def things(chance: random.Random, school: SchoolTruth, n: int) -> Iterator[Thing]:
    """Every kind of facility, in a way that differs from school to school and from kind to kind."""
    nth = n // 7  # among the schools of its kind
    for at, kind in enumerate(KINDS):
        likely = chance.random() < 0.3
        yield from rows_of(kind, chance.choice([0, 1, 2]) if likely else nth + 3 * at + n % 7)
    yield from _recognised(nth + n % 7)
    yield from _library(nth + 2 * (n % 7))
    yield from _sync(nth + n % 3)
    yield from _video(chance, nth + n % 5)
    yield from _multimedia(chance, school, nth + n % 7)


def _recognised(style: int) -> list[Thing]:
    def row(level: str, review: str = "accepted") -> Thing:
        return Thing("smart_campus", Paper(review), level=level)

    return [
        [row("county")],
        [row("self")],
        [],
        [row("school"), row("city")],
        [row("school"), row("province", "claimed")],
        [row("school")],
        [Thing("smart_campus", Paper(), absent=True)],
        [row("national")],
        [row("")],
        [row("county", "claimed")],
        [Thing("smart_campus", Paper(valid_until=OLD), level="county")],
    ][style % 11]


def _library(style: int) -> list[Thing]:
    def row(n: int, review: str = "accepted") -> Thing:
        return Thing("smart_library", Paper(review), features=tuple(FEATURES[:n]))

    return [
        [row(2)],
        [row(1)],
        [],
        [row(4)],
        [row(1), row(3, "claimed")],
        [Thing("smart_library", Paper(), absent=True)],
        [row(2), row(0)],
        [row(2, "rejected")],
        [row(1), row(1, "claimed")],
        [Thing("smart_library", Paper(), features=("rfid", "rfid"))],
        [row(3)],
    ][style % 11]


def _sync(style: int) -> list[Thing]:
    def lessons(n: float | None, day: date | None = TERMS[1][1], review: str = "accepted") -> Thing:
        return Thing("sync_sessions", Paper(review), value=n, completed=day)

    room = Thing("sync_classroom", Paper())
    asked = Thing("sync_classroom", Paper("claimed"))
    return [
        [room, lessons(16)],
        [room, lessons(15)],
        [room],
        [room, lessons(10), lessons(6, TERMS[1][0])],
        [Thing("sync_classroom", None, absent=True), lessons(40)],
        [asked, lessons(40)],
        [room, lessons(40, TERMS[0][1])],
        [room, lessons(40, THIS_TERM[0])],
        [room, lessons(40, None)],
        [room, lessons(40, review="claimed")],
        [room, lessons(10), lessons(6, review="claimed")],
        [room, lessons(10), lessons(5, review="claimed")],
        [room, Thing("sync_sessions", None, absent=True)],
        [room, lessons(None)],
        [room, lessons(20)],
        [asked, lessons(3)],
    ][style % 16]


def _video(chance: random.Random, style: int) -> list[Thing]:
    def row(platform: str, review: str = "accepted") -> Thing:
        return Thing("video_enrolled", Paper(review), platform=platform)

    right = "校园安全卫士云平台"
    kept = Thing("video_retention", Paper(), value=chance.choice([29.0, 30.0, 90.0]))
    rows = [
        [row(right)],
        [row("别的平台")],
        [row(right), row("别的平台", "rejected")],
        [Thing("video_enrolled", Paper(), absent=True)],
        [row(right)],
        [],
        [row(right, "claimed")],
        [row(right), kept],
    ][style % 8]
    return [*rows, kept] if chance.random() < 0.5 else rows


def _multimedia(chance: random.Random, school: SchoolTruth, style: int) -> list[Thing]:
    rooms = [room.id for campus in school.campuses for room in campus.rooms if room.kind == "classroom"]
    some = rooms[: len(rooms) // 2]
    rest = tuple(rooms[len(some) :])
    return [
        [Thing("multimedia", Paper(), rooms=tuple(rooms))],
        [Thing("multimedia", Paper(), rooms=tuple(some)), Thing("multimedia", Paper("claimed"), rooms=rest)],
        [Thing("multimedia", Paper(), absent=True)],
        [Thing("multimedia", Paper(), rooms=tuple(some)), Thing("multimedia", Paper(), rooms=rest)],
        [Thing("multimedia", Paper(valid_until=OLD), rooms=tuple(rooms))],
        [Thing("multimedia", Paper(), rooms=tuple(some)), Thing("multimedia", None, absent=True)],
        [],
        [Thing("multimedia", Paper(), rooms=("no-such-room",))],
    ][style % 8]


def lights(chance: random.Random, school: SchoolTruth) -> Iterator[Light]:
    """Reports of classrooms' light: the county's are good, and some schools have not been measured."""
    worst = chance.choice([0.0, 0.0, 0.05, 0.3])
    for campus in school.campuses:
        for room in campus.rooms:
            if room.kind != "classroom":
                continue
            styles = [
                "dim",
                "patchy",
                "board",
                "board patchy",
                "grey",
                "by hand",
                "old",
                "doubtful",
                "none",
                "two",
            ]
            style = chance.choice(styles) if chance.random() < worst else ""
            if style == "none":
                continue
            good = Light(room.id, TODAY - timedelta(days=400), (300, 0.7), (500, 0.8), 80, "dimming", Paper())
            found = Light(**vars(good))
            found.desk = {"dim": (299, 0.9), "patchy": (400, 0.69)}.get(style, good.desk)
            found.board = {"board": (499, 0.9), "board patchy": (600, 0.79)}.get(style, good.board)
            found.ra = 79 if style == "grey" else chance.choice([80, None])
            found.control = "" if style == "by hand" else "scene"
            found.day = TODAY - timedelta(days=1200) if style == "old" else good.day
            found.paper = paper(chance) if style == "doubtful" else Paper()
            if style == "two":
                found.day = TODAY - timedelta(days=500)
                yield Light(**(vars(good) | {"desk": (100, 0.9)}))
            yield found


def guards(chance: random.Random, school: SchoolTruth) -> None:
    """Security functions: in good schools all are there, each in its own way; in others one is not."""
    campus = school.campuses[0]
    good = chance.random() < 0.5
    careful = chance.random() < 0.5
    missing = "" if good else chance.choice(FUNCTIONS)
    firewall = f"{campus.id}-firewall"
    school.has_site = chance.random() < 0.15
    for function in [*FUNCTIONS, *(["waf"] if school.has_site else [])]:
        style = chance.choice(["device", "device", "box", "county"])
        if function == "firewall":
            style = "device"
        if function == "ips" and chance.random() < 0.4:
            style = "in the firewall"
        if function == missing:
            style = chance.choice(
                ["none", "nothing", "down", "unsure", "asleep", "refused none", "down with a paper"]
            )
        row = Guard(function, paper=None)
        device = f"{campus.id}-{function}"
        if style in ("device", "down", "asleep", "down with a paper"):
            row.device = device
            campus.boxes.append(
                Box(device, function, _guard_polls(chance, campus.agent, style, careful=careful))
            )
        if style == "in the firewall":
            row.device = firewall
        if style in ("box", "county", "unsure", "down with a paper"):
            row.paper = (
                Paper("claimed")
                if style == "unsure"
                else Paper(kept="county" if style == "county" else "school")
            )
        if style == "county":
            row.by = "county"
        if style in ("none", "refused none"):
            row.by, row.paper = "none", Paper() if style == "none" else None
        _dates(chance, row, careful=careful)
        if style != "nothing":
            school.guards.append(row)
    for n in range(chance.choice([0, 0, 1, 2])):
        school.systems.append(_system(chance, f"s{n}"))


def _guard_polls(chance: random.Random, agent: Sequence[str], style: str, *, careful: bool) -> list[str]:
    found = []
    share = 0.0 if careful else chance.choice([0.0, 0.0, 0.04, 0.2])
    for n, heard in enumerate(agent):
        is_down = (
            style.startswith("down") or (style == "asleep" and n >= LAST + 24) or chance.random() < share
        )
        found.append("gap" if heard == "gap" else "down" if is_down else "ok")
    return found if len(found) == len(HOURS) else ["gap"] * len(HOURS)


def _dates(chance: random.Random, row: Guard, *, careful: bool) -> None:
    def ago(*days: int) -> date | None:
        if not careful and chance.random() < 0.03:
            return None
        return TODAY - timedelta(days=days[0] if careful or chance.random() < 0.9 else chance.choice(days))

    row.licence = ago(-300, 0, 1)
    row.signatures = ago(3, 30, 31)
    row.log_seen = ago(0, 1, 2)
    if row.function == "log_audit" and chance.random() < 0.8:
        row.log_days = chance.choice([400, 180, 180, 179])
        row.log_gap = chance.choice([None, 0, 7, 8])
        row.log_read = TODAY - timedelta(days=chance.choice([0, 1, 90, 91]))
        if row.paper is None and chance.random() < 0.8:
            row.paper = Paper()


def _system(chance: random.Random, name: str) -> FiledSystem:
    days = chance.choice([None, 100, 300, 400, 700, 800])
    return FiledSystem(
        name,
        chance.choice([1, 2, 2, 3]),
        chance.choice(["33052200001", "33052200001", ""]),
        None if days is None else TODAY - timedelta(days=days),
        chance.choice([Paper(), Paper(), Paper("claimed"), Paper(valid_until=OLD)]),
    )


def platforms(names: Sequence[str]) -> list[PlatformTruth]:
    """The named systems of the county, each as far as it has come."""
    ways = [
        ("operating", Paper()),
        ("accepted", Paper()),
        ("planned", None),
        ("", None),
        ("operating", Paper("claimed")),
        ("building", Paper()),
        ("accepted", Paper("rejected")),
        ("retired", Paper()),
        ("operating", Paper(valid_until=OLD)),
    ]
    found = []
    for n, name in enumerate(names):
        status, proof = ways[n % len(ways)]
        if status:
            found.append(PlatformTruth(f"“{name}”" if n % 4 == 1 else name, status, proof))
        if n % 11 == 7:
            found.append(PlatformTruth(name, "accepted", Paper()))
    return found


def county_things() -> list[Thing]:
    """What the county itself has built."""
    return [
        Thing("document", Paper(), name="智慧校园建设区域实施方案"),
        Thing("document", Paper("claimed"), name="分类施工图"),
        Thing("document", Paper(), name="别的文件"),
        Thing("renewal_project", Paper(), count=50),
        Thing("renewal_project", Paper(valid_until=OLD), count=20),
        Thing("new_school_project", Paper(), count=12),
        Thing("county_datacentre_upgrade", Paper(), completed=TODAY),
        Thing("future_school_project", Paper("claimed")),
    ]


def exceptions(chance: random.Random, targets: Sequence[tuple[str, str, list[SchoolTruth]]]) -> None:
    """Of every target (id, metric, schools in scope) one school is let off, one is not because its
    exemption does not hold, and one was visited by an inspector."""
    for n, (target, metric, schools) in enumerate(targets):
        first, second, third, fourth = chance.sample(schools, 4)
        first.let_off.append(LetOff(target, Paper(), TODAY - timedelta(days=n), TODAY if n % 2 else None))
        second.let_off.append(
            [
                LetOff(target, Paper("claimed")),
                LetOff(target, Paper(), None, OLD),
                LetOff(target, Paper(), COMING),
                LetOff("another-target", Paper()),
                LetOff(target, Paper("rejected")),
            ][n % 5]
        )
        if n % 9 == 4:
            third.let_off.append(LetOff(metric, Paper()))
        day = TODAY - timedelta(days=n % 3)
        fourth.visits.append(Visit(target, ["pass", "fail"][n % 2], day, TODAY if n % 4 else day))
