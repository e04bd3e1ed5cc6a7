"""Which papers of a school the metrics of a plan read: what G5 counts (metric-catalogue 4.G)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product

from inventory.metrics.access import A2
from inventory.metrics.catalogue import catalogue
from inventory.metrics.compute import COMPOSITES, legs_of
from inventory.metrics.facilities import TEACHING_SPACES
from inventory.metrics.params import Params
from inventory.metrics.proof import Need
from inventory.metrics.reality import G5
from inventory.metrics.security import required_functions
from inventory.profile import Profile, Target
from inventory.register import School

Reads = Callable[[Params, School], Iterator[Need]]


def needs_of(profile: Profile, school: School) -> frozenset[Need] | None:
    """What the targets that hold for a school read of its papers, by the legs of composites, and its
    exemptions from these targets. What ``also`` names decides nothing and needs none. None where the plan
    does not ask for G5."""
    if not any(_asks_for_g5(target) for target in profile.targets):
        return None
    return frozenset(
        need
        for target in profile.targets
        if _reads_school(profile, target, school)
        for need in _of_target(target, school)
    )


def _asks_for_g5(target: Target) -> bool:
    return target.metric == G5 or ("also" in target.params and G5 in target.reading.words("also", ()))


def _reads_school(profile: Profile, target: Target, school: School) -> bool:
    """A target of the county as a whole reads the papers of all schools, where it reads any."""
    scope = profile.scope_of(target)
    return scope.unit == "county" or scope.holds(school)


def _of_target(target: Target, school: School) -> Iterator[Need]:
    params = target.reading
    if catalogue()[target.metric].level == "C":
        yield ("exemption", target.id, "")
        yield ("exemption", target.metric, "")
    metrics = legs_of(target.metric, params) if target.metric in COMPOSITES else (target.metric,)
    for metric in metrics:
        if metric in READS:
            yield from READS[metric](params, school)


def _contracts(params: Params, _school: School) -> Iterator[Need]:
    yield ("contract", params.word("network", "edu"), "")


def _both_ways(params: Params, _school: School) -> Iterator[Need]:
    """A5 looks at contracts only where it asks for two ways that no digger cuts at once."""
    if params.word("min_class", "") == "dual_diverse":
        yield ("contract", "", "")


def _facilities(*default: str) -> Reads:
    def reads(params: Params, _school: School) -> Iterator[Need]:
        names = params.words("names", ("",))
        for kind, name in product(params.words("kinds", default), names):
            yield ("facility", kind, name)

    return reads


def _legs(default: tuple[str, ...], kinds: Mapping[str, str]) -> Reads:
    """Of a metric whose legs each read one kind of row, or none."""

    def reads(params: Params, _school: School) -> Iterator[Need]:
        for leg in params.words("legs", default):
            if leg in kinds:
                yield ("facility", kinds[leg], "")

    return reads


def _designated(params: Params, _school: School) -> Iterator[Need]:
    yield ("facility", params.word("kind", ""), "")


def _lights(_params: Params, _school: School) -> Iterator[Need]:
    yield ("light test", "", "")


def _security(params: Params, school: School) -> Iterator[Need]:
    for function in required_functions(school, params):
        yield ("security", function, "")


def _logs(_params: Params, _school: School) -> Iterator[Need]:
    yield ("log record", "", "")


def _systems(_params: Params, _school: School) -> Iterator[Need]:
    yield ("system", "", "")


READS: Mapping[str, Reads] = {
    A2: _contracts,
    "access_throughput_ratio": _contracts,
    "access_utilisation_p95": _contracts,
    "access_uplink_redundancy": _both_ways,
    "gateway_capacity_sufficient": _contracts,
    "bandwidth_per_user": _contracts,
    "core_power_protected": _facilities("power_protection"),
    "smart_campus_recognised": _facilities("smart_campus"),
    "new_teaching_space_present": _facilities(*TEACHING_SPACES),
    "smart_library_present": _facilities("smart_library"),
    "sync_classroom_operational": _legs(
        ("built", "used"), {"built": "sync_classroom", "used": "sync_sessions"}
    ),
    "smart_lighting_classroom_ratio": _lights,
    "digital_home_school_present": _facilities("digital_home_school"),
    "designated_school_count": _designated,
    "security_video_networked": _legs(
        ("enrolled", "online"), {"enrolled": "video_enrolled", "retention": "video_retention"}
    ),
    "multimedia_classroom_ratio": _facilities("multimedia"),
    "facility_count": _facilities(),
    "security_device_set_complete": _security,
    "security_device_effective": _security,
    "security_log_retention": _logs,
    "mlps_record_valid": _systems,
}
"""What each metric reads of the register that a document has to stand behind; the others read none."""
