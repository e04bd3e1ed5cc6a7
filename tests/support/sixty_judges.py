"""Which question of the reference answers which metric, with a target's own parameters.

``OF_CAMPUS`` and ``OF_SCHOOL`` give a state, ``OF_COUNTY`` a sum, ``OF_UNITS`` the rooms or items of one
school. A parameter that is not read here is refused: the reference would not know what it means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import sixty_truth as network
import sixty_truth_county as county
import sixty_truth_papers as papers
from sixty_truth_county import Sum, of_schools
from sixty_types import CampusTruth, CountyTruth, SchoolTruth

Value = str | int | float | bool | tuple[str, ...]


@dataclass
class Asked:
    """A target's parameters, and which of them were read."""

    values: Mapping[str, Value]
    plan: Callable[[SchoolTruth], list[papers.Asks]] = lambda _school: []
    """what the plan asks of a school"""
    read: set[str] = field(default_factory=lambda: {"also"})

    def word(self, name: str, default: str = "") -> str:
        found = self._get(name, default)
        assert isinstance(found, str)
        return found

    def words(self, name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        found = self._get(name, default)
        assert isinstance(found, tuple)
        return found

    def whole(self, name: str, default: int) -> int:
        found = self._get(name, default)
        assert found == int(found)  # type: ignore[arg-type]
        return int(found)  # type: ignore[arg-type]

    def share(self, name: str, default: str) -> Fraction:
        return Fraction(str(self._get(name, default)))

    def must_be(self, name: str, value: Value) -> None:
        """A parameter that the reference knows with one value only."""
        assert self._get(name, value) == value, name

    def _get(self, name: str, default: Value) -> Value:
        self.read.add(name)
        return self.values.get(name, default)

    def all_read(self) -> None:
        assert set(self.values) <= self.read, set(self.values) - self.read


OfCampus = Callable[[SchoolTruth, CampusTruth], str]
OfSchool = Callable[[SchoolTruth], str]
OfUnits = Callable[[SchoolTruth], Sum | None]
OfCounty = Callable[[CountyTruth, list[SchoolTruth]], Sum]


def _port(asked: Asked) -> OfCampus:
    least = asked.whole("min_port_mbps", 10_000)
    member = asked.whole("min_member_mbps", 10_000)
    return lambda school, campus: network.port(school, campus, least, member)


def _contract(asked: Asked) -> OfCampus:
    least = asked.whole("min_contract_mbps", 10_000)
    return lambda school, campus: network.contract(school, campus, least)


def _access(asked: Asked) -> OfCampus:
    """A4: 万兆到校 on the basis that the plan names."""
    legs = {"port": _port(asked), "contract": _contract(asked)}
    basis = asked.words("basis", ("port", "contract"))
    return lambda school, campus: network.all_of(legs[leg](school, campus) for leg in basis)


def _ipv6(asked: Asked) -> OfCampus:
    """C11 by its legs."""
    legs: dict[str, OfCampus] = {
        "ipv6_wan_address": network.wan_address,
        "ipv6_default_route": network.default_route,
        "ipv6_lan_prefix_coverage": lambda _school, campus: network.prefixes(campus),
        "ipv6_active_reachability": network.reachability,
    }
    named = asked.words("legs", tuple(legs))
    return lambda school, campus: network.all_of(legs[leg](school, campus) for leg in named)


def _wifi(asked: Asked) -> OfCampus:
    """D9 by its legs."""
    share = asked.share("area_ratio", "0.95")
    legs: dict[str, OfCampus] = {
        "wifi_area_coverage": lambda school, campus: network.rooms(school, campus, share),
        "wifi_ap_online_ratio": network.access_points,
    }
    named = asked.words("legs", tuple(legs))
    return lambda school, campus: network.all_of(legs[leg](school, campus) for leg in named)


def _clients(asked: Asked) -> OfCampus:
    limit = asked.share("limit", "no limit")
    return lambda school, campus: network.clients(school, campus, limit)


def _sockets(asked: Asked) -> OfCampus:
    least = asked.whole("min_port_mbps", 1000)
    return lambda school, campus: network.sockets(school, campus, least)


def _utilisation(asked: Asked) -> OfCampus:
    limit = asked.share("limit", "0.70")
    return lambda school, campus: network.utilisation(school, campus, limit)


def _reality(asked: Asked) -> OfCampus:
    share = asked.share("thr", "0.95")
    return lambda _school, campus: network.as_registered(campus, share)


def _filled_in(asked: Asked) -> OfCampus:
    share = asked.share("thr", "0.95")
    return lambda school, campus: network.filled_in(school, campus, share)


OF_CAMPUS: dict[str, Callable[[Asked], OfCampus]] = {
    "access_port_speed_10g": _port,
    "access_contract_bandwidth_10g": _contract,
    "access_10g_composite": _access,
    "access_utilisation_p95": _utilisation,
    "classroom_port_gigabit_ratio": _sockets,
    "inventory_completeness": _filled_in,
    "inventory_reality_gap": _reality,
    "ipv6_deployed_composite": _ipv6,
    "ipv6_dual_stack_client_ratio": _clients,
    "wifi_coverage_composite": _wifi,
}


def _recognised(asked: Asked) -> OfSchool:
    least = asked.word("min_level", "county")
    return lambda school: papers.recognised(school, least)


def _spaces(asked: Asked) -> OfSchool:
    kinds, least = asked.words("kinds", papers.SPACES), asked.whole("min", 1)
    return lambda school: papers.at_least_one(school, *kinds, least=least)


def _library(asked: Asked) -> OfSchool:
    least, functions = asked.whole("min", 1), asked.whole("min_features", 2)
    return lambda school: papers.library(school, least, functions)


def _home_school(asked: Asked) -> OfSchool:
    least = asked.whole("min", 1)
    return lambda school: papers.at_least_one(school, "digital_home_school", least=least)


def _sync(asked: Asked) -> OfSchool:
    asked.must_be("legs", ("built", "used"))
    lessons = asked.whole("min_sessions_per_term", 16)
    return lambda school: papers.sync_classroom(school, lessons)


def _video(asked: Asked) -> OfSchool:
    platform, legs = asked.word("platform"), asked.words("legs", ("enrolled", "online"))
    days = asked.whole("retention_days", 30)
    return lambda school: papers.video(school, platform, legs, days)


def _counted(asked: Asked) -> OfSchool:
    kinds = asked.words("kinds")
    if asked.word("count_by", "schools_with") == "items":
        return lambda school: _some(county.items(school.things, kinds))
    return lambda school: papers.at_least_one(school, *kinds)


def _some(found: Sum) -> str:
    return "pass" if found.p else "unknown" if found.u else "fail"


def _lit(asked: Asked) -> OfSchool:
    asked.must_be("require_control", True)
    asked.must_be("report_max_age_months", 36)
    return lambda school: papers.by_rooms(papers.lit(school), Fraction(85, 100))


def _logs(asked: Asked) -> OfSchool:
    days = asked.whole("min_days", 180)
    return lambda school: papers.logs(school, days)


def _in_order(asked: Asked) -> OfSchool:
    share = asked.share("thr", "1")
    return lambda school: papers.in_order(school, share, asked.plan(school))


OF_SCHOOL: dict[str, Callable[[Asked], OfSchool]] = {
    "smart_campus_recognised": _recognised,
    "new_teaching_space_present": _spaces,
    "smart_library_present": _library,
    "sync_classroom_operational": _sync,
    "smart_lighting_classroom_ratio": _lit,
    "digital_home_school_present": _home_school,
    "security_video_networked": _video,
    "multimedia_classroom_ratio": lambda _: (
        lambda school: papers.by_rooms(papers.equipped(school), papers.ALL)
    ),
    "facility_count": _counted,
    "security_device_set_complete": lambda _: (
        lambda school: papers.by_units(papers.guarded(school).values(), papers.ALL)
    ),
    "security_device_effective": lambda _: papers.effective,
    "security_log_retention": _logs,
    "evidence_valid_ratio": _in_order,
    "mlps_record_valid": lambda _: papers.filed,
}


def _rooms(of: Callable[[SchoolTruth], list[str] | None]) -> OfUnits:
    def units(school: SchoolTruth) -> Sum | None:
        rooms = of(school)
        return None if rooms is None else of_schools(rooms)

    return units


def _items(asked: Asked) -> OfUnits:
    kinds = asked.words("kinds")
    return lambda school: county.items(school.things, kinds)


OF_UNITS: dict[str, Callable[[Asked], OfUnits]] = {
    "smart_lighting_classroom_ratio": lambda _: _rooms(papers.lit),
    "multimedia_classroom_ratio": lambda _: _rooms(papers.equipped),
    "facility_count": _items,
}


def _designated(asked: Asked) -> OfCounty:
    kind = asked.word("kind")
    return lambda _county, schools: county.designated(schools, kind)


def _platform(asked: Asked) -> OfCounty:
    name, wanted = asked.word("platform"), asked.whole("platforms_to_be_named", 0)
    least = asked.word("min_status", "accepted")
    if wanted:
        return lambda truth, _schools: county.of_one(county.platforms(truth, wanted, least))
    return lambda truth, _schools: county.of_one(county.platform(truth, name, least))


def _county_items(asked: Asked) -> OfCounty:
    asked.must_be("count_by", "items")
    kinds, names = asked.words("kinds"), asked.words("names")
    return lambda truth, _schools: county.county_items(truth, kinds, names)


def _agents(asked: Asked) -> OfCounty:
    """G1 is a share of schools."""
    asked.share("thr", "0.95")
    return lambda _county, schools: of_schools(map(network.is_heard, schools))


def _links(asked: Asked) -> OfCounty:
    asked.must_be("min_port_mbps", 10_000)
    return lambda truth, _schools: county.links(truth)


OF_COUNTY: dict[str, Callable[[Asked], OfCounty]] = {
    "county_core_10g": _links,
    "agent_coverage": _agents,
    "designated_school_count": _designated,
    "named_platform_status": _platform,
    "facility_count": _county_items,
}
