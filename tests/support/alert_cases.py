"""What each alert must do: when it fires, how long it stays, what ends it, and what must not set it off.

Series are in promtool's notation, a value a minute: "1x60" is sixty-one ones, "_x5" five without a sample.
"""

from __future__ import annotations

from dataclasses import dataclass, field

COUNTY = 'county="330522"'
SCHOOL = f'{COUNTY},school="2133000001"'
CAMPUS = f'{SCHOOL},campus="2133000001-01"'
BY_SCHOOL = {"county": "330522", "school": "2133000001"}
BY_CAMPUS = BY_SCHOOL | {"campus": "2133000001-01"}
PAGE = 'job="wanzhao",instance="c:8480",profile="demo"'
UP = f"up{{{PAGE},{COUNTY}}}"
UPLINK = "uplink:2133000001-01:gw:XGE0/0/1"
DAY = 86400


@dataclass(frozen=True)
class Case:
    """``fires`` and ``quiet`` are minutes; ``labels`` are those that the alert carries besides severity and
    layer."""

    alert: str
    series: dict[str, str]
    labels: dict[str, str]
    fires: tuple[int, ...]
    quiet: tuple[int, ...]
    never: tuple[dict[str, str], ...] = field(default=())
    """series that must not set it off at any time of two hours"""


def regression(item: str, kind: str, profile: str = "demo") -> str:
    page = f'job="wanzhao",instance="c:8480",profile="{profile}"'
    return f'wanzhao_regression{{{page},{SCHOOL},item="{item}",kind="{kind}"}}'


def of_campus(name: str, more: str = "") -> str:
    return f"{name}{{{PAGE},{CAMPUS}{',' if more else ''}{more}}}"


def of_target(metric: str, state: str) -> str:
    where = f'{PAGE},{COUNTY},target="t",school="2133000001",state="{state}"'
    return f"wanzhao_school_target_state{{{where}}}"


def target_info(metric: str) -> str:
    return f'wanzhao_target_info{{{PAGE},{COUNTY},target="t",metric="{metric}",scope="all"}}'


PORT = 'job="wanzhao-agent",instance="10.1.0.1",ifIndex="7",ifName="XGE0/0/1",ifAlias="",ifDescr=""'
BY_PORT = {
    "job": "wanzhao-agent",
    "instance": "10.1.0.1",
    "ifIndex": "7",
    "ifName": "XGE0/0/1",
}


def port(in_bits_a_second: float, out_bits_a_second: float, mbits: int = 1000) -> dict[str, str]:
    """Counters that grow so fast, for two hours."""
    a_minute = [round(bits / 8 * 60) for bits in (in_bits_a_second, out_bits_a_second)]
    return {
        f"ifHCInOctets{{{PORT}}}": f"0+{a_minute[0]}x120",
        f"ifHCOutOctets{{{PORT}}}": f"0+{a_minute[1]}x120",
        f"ifHighSpeed{{{PORT}}}": f"{mbits}x120",
    }


def paper(seconds: str) -> dict[str, str]:
    return {f'wanzhao_school_paper_expiry_timestamp_seconds{{{PAGE},{SCHOOL},kind="contract"}}': seconds}


def county(name: str, more: str = "") -> str:
    return f'{name}{{{PAGE},{COUNTY},target="t"{more}}}'


TARGET = {"county": "330522", "profile": "demo", "target": "t"}
NOT_MET = county("wanzhao_county_target_state", ',state="not_met"')
MET = county("wanzhao_county_target_state", ',state="met"')
DUE = county("wanzhao_county_target_due_timestamp_seconds")
COLLECTOR = 'job="wanzhao-collector",instance="c:8480"'
BY_COLLECTOR = {"job": "wanzhao-collector", "instance": "c:8480"}

CASES = (
    Case(
        "WanzhaoUplinkRegressed",
        # Two plans tell of it; mended after 40 minutes.
        {
            regression(UPLINK, "slower"): "_x10 1x30 stale",
            regression(UPLINK, "slower", "other"): "_x10 1x30 stale",
            UP: "1x120",
        },
        BY_SCHOOL | {"item": UPLINK, "kind": "slower"},
        fires=(12, 30, 42),
        quiet=(5, 50),
        never=({regression("demo/t", "failed"): "1x120", UP: "1x120"},),
    ),
    Case(
        "WanzhaoUplinkRegressed",
        # The collector dies while the alarm stands; when it is back it says that all is mended.
        {regression(UPLINK, "down"): "1x30", UP: "1x30 0x40 1x40"},
        BY_SCHOOL | {"item": UPLINK, "kind": "down"},
        fires=(20, 35, 60, 68),
        quiet=(85,),
    ),
    Case(
        "WanzhaoTargetRegressed",
        {regression("demo/t", "failed"): "_x10 1x30", UP: "1x120"},
        BY_SCHOOL | {"item": "demo/t", "kind": "failed"},
        fires=(12, 40),
        quiet=(5, 55),
        never=({regression(UPLINK, "slower"): "1x120", UP: "1x120"},),
    ),
    Case(
        "WanzhaoUplinkSlower",
        {of_campus("wanzhao_campus_link_speed", 'link="port"'): "10e9x10 1e9x40 10e9x40"},
        BY_CAMPUS,
        fires=(20, 50),
        quiet=(9, 13, 55),
        never=(
            {of_campus("wanzhao_campus_link_speed", 'link="port"'): "1e9x120"},
            {of_campus("wanzhao_campus_link_speed", 'link="contract"'): "10e9x10 1e9x90"},
            {of_campus("wanzhao_campus_link_speed", 'link="port"'): "1e9x10 10e9x90"},
        ),
    ),
    Case(
        "WanzhaoUplinkBelowPlan",
        {
            of_target("access", "fail"): "1x90",
            of_target("access", "pass"): "_x91 1x30",
            target_info("access_port_speed_10g"): "1x120",
        },
        BY_SCHOOL | {"profile": "demo", "target": "t"},
        fires=(65, 90),
        quiet=(30, 100),
        never=({of_target("d", "fail"): "1x120", target_info("wifi_coverage_composite"): "1x120"},),
    ),
    Case(
        "WanzhaoOpticsMarginLow",
        {of_campus("wanzhao_campus_optics_margin_db"): "4.5x10 1.9x60 3x40"},
        BY_CAMPUS,
        fires=(45, 70),
        quiet=(20, 80),
        never=({of_campus("wanzhao_campus_optics_margin_db"): "2x120"},),
    ),
    Case(
        "WanzhaoPortBusy",
        port(1e8, 9.5e8),
        BY_PORT,
        fires=(35, 100),
        quiet=(10, 25),
        never=(port(8e8, 8.9e8), port(9.5e8, 0, 10_000), port(9.5e8, 0, 0)),
    ),
    Case(
        "WanzhaoUplinkFull",
        {of_target("u", "fail"): "1x90", target_info("access_utilisation_p95"): "1x120"},
        BY_SCHOOL | {"profile": "demo", "target": "t"},
        fires=(65, 90),
        quiet=(30, 100),
        never=({of_target("u", "unknown"): "1x120", target_info("access_utilisation_p95"): "1x120"},),
    ),
    Case(
        "WanzhaoGatewayDown",
        {of_campus("wanzhao_campus_devices", 'role="gateway",state="silent"'): "_x10 1x20 _x60"},
        BY_CAMPUS | {"role": "gateway"},
        fires=(17, 30, 34),
        quiet=(12, 50),
        never=(
            {of_campus("wanzhao_campus_devices", 'role="access",state="silent"'): "3x120"},
            {of_campus("wanzhao_campus_devices", 'role="gateway",state="unread"'): "1x120"},
            {of_campus("wanzhao_campus_devices", 'role="gateway",state="answering"'): "1x120"},
        ),
    ),
    Case(
        "WanzhaoAccessPointMissing",
        {
            of_campus("wanzhao_campus_aps_registered"): "12x140",
            of_campus("wanzhao_campus_aps_online"): "12x5 11x80 12x60",
        },
        BY_CAMPUS,
        fires=(70, 85),
        quiet=(30, 110),
        never=(
            {of_campus("wanzhao_campus_aps_registered"): "12x120"},  # nobody knows how many are online
            {
                of_campus("wanzhao_campus_aps_registered"): "12x120",
                of_campus("wanzhao_campus_aps_online"): "13x120",
            },
        ),
    ),
    Case(
        "WanzhaoIpv6Lost",
        {of_campus("wanzhao_campus_ipv6", 'step="default_route"'): "1x10 0x50 1x40"},
        BY_CAMPUS | {"step": "default_route"},
        fires=(30, 60),
        quiet=(5, 20, 65),
        never=({of_campus("wanzhao_campus_ipv6", 'step="address"'): "0x120"},),
    ),
    Case(
        "WanzhaoPaperExpiring",
        paper(f"{29 * DAY}x90 {400 * DAY}x30"),
        BY_SCHOOL | {"kind": "contract"},
        fires=(65, 89),
        quiet=(30, 95),
        never=(paper(f"{40 * DAY}x120"),),
    ),
    Case(
        "WanzhaoTargetAtRisk",
        {NOT_MET: "1x90 0x30", MET: "0x90 1x30", DUE: f"{60 * DAY}x120"},
        TARGET,
        fires=(65, 89),
        quiet=(30, 95),
        never=(
            {NOT_MET: "1x120", DUE: f"{200 * DAY}x120"},
            {MET: "1x120", DUE: f"{10 * DAY}x120"},
            {NOT_MET: "1x120"},
        ),
    ),
    Case(
        "WanzhaoAgentSilent",
        {of_campus("wanzhao_agent_last_report_timestamp_seconds"): "0x90 5400x30"},
        BY_CAMPUS,
        fires=(70, 89),
        quiet=(50, 62, 95),
        never=({of_campus("wanzhao_agent_last_report_timestamp_seconds"): "0+60x120"},),
    ),
    Case(
        "WanzhaoAgentBehind",
        {of_campus("wanzhao_agent_missing_batches", 'agent="a"'): "500x90 20x30"},
        BY_CAMPUS,
        fires=(65, 89),
        quiet=(30, 95),
        never=({of_campus("wanzhao_agent_missing_batches", 'agent="a"'): "100x120"},),
    ),
    Case(
        "WanzhaoBatchesLost",
        {of_campus("wanzhao_agent_lost_batches", 'agent="a"'): "0x10 3x40 0x40"},
        BY_CAMPUS,
        fires=(12, 50),
        quiet=(5, 60),
        never=({of_campus("wanzhao_agent_lost_batches", 'agent="a"'): "0x120"},),
    ),
    Case(
        "WanzhaoAgentClockOff",
        {of_campus("wanzhao_agent_clock_offset_seconds", 'agent="a"'): "-300x60 2x40"},
        BY_CAMPUS,
        fires=(20, 60),
        quiet=(10, 70),
        never=({of_campus("wanzhao_agent_clock_offset_seconds", 'agent="a"'): "60x120"},),
    ),
    Case(
        "WanzhaoSpoolFilling",
        {
            'wanzhao_agent_spool_bytes{job="wanzhao-agent",instance="a"}': "800x60 100x40",
            'wanzhao_agent_spool_limit_bytes{job="wanzhao-agent",instance="a"}': "1000x120",
        },
        {"job": "wanzhao-agent", "instance": "a"},
        fires=(20, 60),
        quiet=(10, 70),
        never=(
            {
                'wanzhao_agent_spool_bytes{job="wanzhao-agent",instance="a"}': "700x120",
                'wanzhao_agent_spool_limit_bytes{job="wanzhao-agent",instance="a"}': "1000x120",
            },
        ),
    ),
    Case(
        "WanzhaoCollectorDown",
        {f"up{{{COLLECTOR}}}": "1x10 0x30 1x40"},
        BY_COLLECTOR,
        fires=(20, 40),
        quiet=(9, 13, 45),
        never=({'up{job="wanzhao-agent",instance="a"}': "0x120"},),
    ),
    Case(
        "WanzhaoJudgingStuck",
        {f"wanzhao_collector_judged_timestamp_seconds{{{COLLECTOR}}}": "0x60 3600+60x40"},
        BY_COLLECTOR,
        fires=(25, 60),
        quiet=(10, 18, 70),
        never=({f"wanzhao_collector_judged_timestamp_seconds{{{COLLECTOR}}}": "0+60x120"},),
    ),
    Case(
        "WanzhaoBatchesRefused",
        {f'wanzhao_collector_batches_total{{{COLLECTOR},result="refused"}}': "0+1x60 60x60"},
        BY_COLLECTOR | {"result": "refused"},
        fires=(30, 60),
        quiet=(10, 90),
        never=({f'wanzhao_collector_batches_total{{{COLLECTOR},result="stored"}}': "0+100x120"},),
    ),
    Case(
        "WanzhaoCollectorBusy",
        {f'wanzhao_collector_batches_total{{{COLLECTOR},result="busy"}}': "0+1x60 60x60"},
        BY_COLLECTOR | {"result": "busy"},
        fires=(40, 60),
        quiet=(20, 80),
        never=({f'wanzhao_collector_batches_total{{{COLLECTOR},result="busy"}}': "7x120"},),
    ),
    Case("WanzhaoWatchdog", {}, {}, fires=(0, 100), quiet=()),
)
