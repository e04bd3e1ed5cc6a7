"""Every metric of the county page: name, labels, meaning, and its samples (exporters/samples.py).

docs/metrics.md says the same in Chinese; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from exporters import samples as s
from exporters.exposition import Family, Sample

PREFIX = "wanzhao_"

Samples = Callable[[s.Page], Iterator[Sample]]

_ONLY_CURRENT = "Only the series of the current state exists, with the value 1."
_CACHED = "As of wanzhao_snapshot_timestamp_seconds."
_BY_METRIC = ("target", "metric", "campus")
_BY_CAMPUS = ("school", "campus")
_BY_TARGET = ("profile", "target")

# (name without prefix, labels, help, samples), in the order of the page.
METRICS: tuple[tuple[str, tuple[str, ...], str, Samples], ...] = (
    (
        "snapshot_timestamp_seconds",
        (),
        "Time of the state that this page shows, seconds since 1970 UTC. All other metrics are as of it.",
        s.snapshot,
    ),
    (
        "page_rendered_timestamp_seconds",
        (),
        "Time at which this page was written, seconds since 1970 UTC.",
        s.rendered,
    ),
    (
        "profile_info",
        ("profile", "version", "sha256"),
        "The plan profile that judged, always 1; sha256 is that of its file.",
        s.profile_info,
    ),
    (
        "target_info",
        (*_BY_TARGET, "metric", "scope", "aggregate", "unit", "origin", "due", "quote"),
        "A target of the plan, always 1; quote is the beginning of the plan's own words, due a local date.",
        s.target_info,
    ),
    (
        "school_info",
        ("school", "county", "name", "kind", "stages", "urban_rural"),
        "A school of the register, always 1; join on school for the name. Source: schools table.",
        s.school_info,
    ),
    (
        "campus_info",
        ("campus", "school", "name"),
        "A campus of the register, always 1; join on campus for the school. Source: campuses table.",
        s.campus_info,
    ),
    (
        "county_target_state",
        (*_BY_TARGET, "state"),
        f"1 for the target's current state of met, not_met, undetermined, report; else 0. {_CACHED}",
        s.county_state,
    ),
    (
        "county_target_ratio",
        (*_BY_TARGET, "bound"),
        "Share of units that meet the target, ratio 0..1: lower counts unknown as not met, upper as met. "
        f"{_CACHED}",
        s.county_ratio,
    ),
    (
        "county_target_schools",
        (*_BY_TARGET, "state"),
        f"Units of the target by state: schools, or what aggregate in wanzhao_target_info pools. {_CACHED}",
        s.county_schools,
    ),
    (
        "county_target_goal",
        _BY_TARGET,
        "What the plan asks for, ratio 0..1 where it asks for a share, else a number of units.",
        s.county_goal,
    ),
    (
        "county_target_due_timestamp_seconds",
        _BY_TARGET,
        "End of the day on which the target is due, county's time zone, seconds since 1970 UTC.",
        s.county_due,
    ),
    (
        "county_quality_state",
        ("metric", "state"),
        f"State of a data quality metric of the county. {_ONLY_CURRENT} {_CACHED}",
        s.quality_state,
    ),
    (
        "county_quality_ratio",
        ("metric", "bound"),
        f"Bounds of a data quality metric of the county, ratio 0..1. {_CACHED}",
        s.quality_ratio,
    ),
    (
        "school_target_state",
        ("target", "school", "state"),
        f"State of a target at a school: pass, fail, unknown, na. {_ONLY_CURRENT} {_CACHED}",
        s.target_state,
    ),
    (
        "regression",
        ("school", "item", "kind"),
        "1 while something at a school is below what was accepted; item is profile/target or an uplink, kind "
        "is failed, worse, unproved, down, moved, slower, members, module. " + _CACHED,
        s.regressions,
    ),
    (
        "regression_since_timestamp_seconds",
        ("school", "item"),
        "Since when it has been below, seconds since 1970 UTC.",
        s.regressions_since,
    ),
    (
        "campus_metric_state",
        (*_BY_METRIC, "state"),
        f"State of a target's metric (or of a part of it) at a campus. {_ONLY_CURRENT} {_CACHED}",
        s.metric_state,
    ),
    (
        "campus_metric_value",
        _BY_METRIC,
        "Value that decided, in base units (bit/s, seconds, ratio 0..1, else a number); absent while "
        f"unknown. Link speeds are bit/s, as plans state them. {_CACHED}",
        s.metric_value,
    ),
    (
        "campus_metric_coverage_ratio",
        _BY_METRIC,
        "Share of the window's polls that gave an answer (true, false or down), ratio 0..1; the rest are "
        f"gaps. {_CACHED}",
        s.metric_coverage,
    ),
    (
        "campus_metric_last_evaluated_timestamp_seconds",
        _BY_METRIC,
        "Time as of which the metric was judged, seconds since 1970 UTC.",
        s.metric_evaluated,
    ),
    (
        "campus_link_speed",
        (*_BY_CAMPUS, "link"),
        "Bit/s, as plans state it: link=port is the speed of the uplink port or aggregate now, from "
        "ifHighSpeed, link=contract what the register says is leased; absent when unknown. " + _CACHED,
        s.links,
    ),
    (
        "campus_aps_registered",
        _BY_CAMPUS,
        "Access points of the campus in the register.",
        s.figure(lambda line: line.aps_registered),
    ),
    (
        "campus_aps_online",
        _BY_CAMPUS,
        f"Registered access points that the controller reports online; absent when unknown. {_CACHED}",
        s.figure(lambda line: line.aps_online),
    ),
    (
        "campus_main_areas",
        (*_BY_CAMPUS, "kind"),
        "Main rooms of the campus: registered, covered by a working access point (absent when unknown), "
        f"unmapped (no access point named in the register). {_CACHED}",
        s.areas,
    ),
    (
        "agent_last_report_timestamp_seconds",
        _BY_CAMPUS,
        "When the collector last accepted something from the agent, seconds since 1970 UTC; absent when "
        "never.",
        s.last_report,
    ),
    (
        "agent_up",
        _BY_CAMPUS,
        f"1 when the agent's last report was fresh, 0 when it was too old or there never was one. {_CACHED}",
        s.agent_up,
    ),
)

FAMILIES: tuple[tuple[Family, Samples], ...] = tuple(
    (Family(PREFIX + name, labels, words), samples) for name, labels, words, samples in METRICS
)
