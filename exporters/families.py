"""Every metric of the county page: name, labels, meaning, and its samples (exporters/samples.py).

docs/metrics.md says the same in Chinese; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from exporters import live
from exporters import samples as s
from exporters.exposition import Family, Sample

PREFIX = "wanzhao_"

Samples = Callable[[s.Page], Iterator[Sample]]

_ONLY_CURRENT = "Only the series of the current state exists, with the value 1."
_CACHED = "As of wanzhao_snapshot_timestamp_seconds."
_BY_METRIC = ("target", "metric", "school", "campus")
_BY_CAMPUS = ("school", "campus")
_BY_TARGET = ("profile", "target")
_BY_AGENT = (*_BY_CAMPUS, "agent")
_NOW = "Withheld while the agent is silent for three polls."
_DETAIL = 'Only on pages with detail "all".'

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
        ("school", "county_name", "name", "kind", "stages", "urban_rural"),
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
        'State of a target\'s metric at a campus, with detail "all" of its parts too. '
        f"{_ONLY_CURRENT} {_CACHED}",
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
        f"gaps. {_CACHED} {_DETAIL}",
        s.metric_coverage,
    ),
    (
        "campus_metric_last_evaluated_timestamp_seconds",
        _BY_METRIC,
        f"Time as of which the metric was judged, seconds since 1970 UTC. {_DETAIL}",
        s.metric_evaluated,
    ),
    (
        "campus_link_speed",
        (*_BY_CAMPUS, "link"),
        "Bit/s, as plans state it: link=port is the speed of the uplink port or aggregate now, from "
        f"ifHighSpeed, link=contract what the register says is leased; absent when unknown. {_NOW}",
        live.links,
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
        f"Registered access points that the controller reports online; absent when unknown. {_NOW}",
        live.live_figure(lambda line: line.aps_online),
    ),
    (
        "campus_main_areas",
        (*_BY_CAMPUS, "kind"),
        "Main rooms of the campus: registered, covered by a working access point (absent when unknown), "
        f"unmapped (no access point named in the register). {_CACHED}",
        s.areas,
    ),
    (
        "campus_devices",
        (*_BY_CAMPUS, "role", "state"),
        "Registered devices in service by their newest polls: answering, silent (not answered while others "
        "were), unread (no poll tells); access points are not among them. A state without any has no "
        f"series. {_NOW}",
        live.devices,
    ),
    (
        "campus_ipv6",
        (*_BY_CAMPUS, "step"),
        "1 when the campus has IPv6 now, 0 when not: step=address a global address at an uplink, "
        f"step=default_route a way out (::/0); absent where nobody tells. {_NOW}",
        live.ipv6,
    ),
    (
        "campus_optics_margin_db",
        _BY_CAMPUS,
        "Decibels from the received light of an uplink to the nearer limit of its module, the least of the "
        f"campus; negative beyond the limit. Source: the module's own monitoring (SFF-8472). {_NOW}",
        live.live_figure(lambda line: line.optics_margin_db),
    ),
    (
        "school_paper_expiry_timestamp_seconds",
        ("school", "kind"),
        "End of the day on which the first paper of a kind ends at a school: contract, evidence, facility, "
        "licence, exemption; seconds since 1970 UTC. Source: register.",
        live.expiries,
    ),
    (
        "county_baselines",
        ("profile",),
        "States that were accepted and stand: what a regression is measured against.",
        live.baselines,
    ),
    (
        "county_baseline_accepted_timestamp_seconds",
        ("profile",),
        "When a state was last accepted, seconds since 1970 UTC.",
        live.accepted_at,
    ),
    (
        "profile_first_used_timestamp_seconds",
        ("profile", "version"),
        "When this version of the plan's profile first judged, seconds since 1970 UTC.",
        live.first_used,
    ),
    (
        "agent_info",
        (*_BY_AGENT, "version"),
        "An agent that has reported, always 1; version is that of its program.",
        live.agent_info,
    ),
    (
        "agent_newest_poll_timestamp_seconds",
        _BY_AGENT,
        "Start of the newest poll interval that the agent has shipped, seconds since 1970 UTC.",
        live.of_agents(lambda agent: agent.newest_slot),
    ),
    (
        "agent_clock_offset_seconds",
        _BY_AGENT,
        "The collector's clock minus the agent's at its newest batch, seconds; absent while not known.",
        live.of_agents(lambda agent: agent.clock_offset_s),
    ),
    (
        "agent_missing_batches",
        _BY_AGENT,
        "Batches whose number later ones have passed and that have not come; they may still be in the spool.",
        live.of_agents(lambda agent: agent.missing_batches),
    ),
    (
        "agent_lost_batches",
        _BY_AGENT,
        "Batches that the agent reported as lost for good within seven days.",
        live.of_agents(lambda agent: agent.lost_batches),
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
