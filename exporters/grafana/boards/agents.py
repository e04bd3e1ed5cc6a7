"""The fleet of agents: who reports, how far behind, which versions, what their spools hold."""

from __future__ import annotations

from exporters.grafana import select as s
from exporters.grafana import words as w
from exporters.grafana.boards.kinds import TO_SCHOOL, bars, graph, grid, same, stat
from exporters.grafana.model import Board, Column, Query, Row

_UP = s.once("school, campus", "wanzhao_agent_up", s.SCHOOL)
_AGENT = "campus, agent"
_MISSING = s.once("school, campus, agent", "wanzhao_agent_missing_batches", s.SCHOOL)
_LOST = s.once("school, campus, agent", "wanzhao_agent_lost_batches", s.SCHOOL)


def _of(metric: str, more: str = "") -> str:
    return s.in_scope(f"{metric}{{{s.AGENT}{more}}}")


def _rate(metric: str, more: str = "") -> str:
    return s.in_scope(f"rate({metric}{{{s.AGENT}{more}}}[$__rate_interval])")


_NOW = Row(
    ("现在", "Now"),
    4,
    (
        stat(
            ("在线", "Up"),
            ("最近上报过的校区代理。", "Campuses whose agent has reported lately."),
            f"sum({_UP})",
            4,
            steps=((None, "good"),),
        ),
        stat(
            ("失联", "Silent"),
            ("最近没有上报,或从未上报。", "Has not reported lately, or never."),
            f"sum(1 - {_UP})",
            4,
            steps=((None, "good"), (1, "bad")),
        ),
        stat(
            ("时钟偏差超过 1 分钟", "Clock off by a minute"),
            ("轮询时刻会被改正并标记。", "Their slots are moved and marked."),
            f"count(abs({s.once(_AGENT, 'wanzhao_agent_clock_offset_seconds', s.SCHOOL)}) > 60)"
            f" or count({_UP}) * 0",
            4,
            steps=((None, "good"), (1, "doubt")),
        ),
        stat(
            ("有缺批次的代理", "Agents with missing batches"),
            ("后来的已到而它没到。", "Later batches have come, some have not."),
            f"count({s.once(_AGENT, 'wanzhao_agent_missing_batches', s.SCHOOL)} > 0) or count({_UP}) * 0",
            4,
            steps=((None, "good"), (1, "doubt")),
        ),
        stat(
            ("丢失批次(7 天)", "Batches lost (7 days)"),
            ("再也补不上的。", "Lost for good."),
            f"sum({s.once(_AGENT, 'wanzhao_agent_lost_batches', s.SCHOOL)})",
            4,
            steps=((None, "good"), (1, "bad")),
        ),
        stat(
            ("版本数", "Versions"),
            ("正在使用的代理版本种数。", "Different versions in use."),
            f"count(count by (version) (wanzhao_agent_info{{{s.SCHOOL}}}))",
            4,
            steps=((None, "plain"), (3, "doubt")),
        ),
    ),
)

_FLEET = Row(
    ("全县代理", "The fleet"),
    9,
    (
        graph(
            ("在线代理", "Agents up"),
            ("虚线是全部校区。", "Dashed: all campuses."),
            (Query(f"sum({_UP})", ("在线", "up")), Query(f"count({_UP})", ("全部", "all"), is_goal=True)),
            8,
            least=0,
        ),
        bars(
            ("按版本", "By version"),
            ("代理程序的版本。", "Version of the agent's program."),
            (
                Query(
                    f"count by (version) ({s.once(_AGENT + ', version', 'wanzhao_agent_info', s.SCHOOL)})",
                    same("{{version}}"),
                ),
            ),
            6,
            least=0,
        ),
        grid(
            ("最久没有上报的 25 个校区", "The 25 longest without a report"),
            ("从未上报的不在此列,见总览。", "Those that never reported are on the county dashboard."),
            (
                s.named(
                    "topk(25, time() - "
                    + s.once("school, campus", "wanzhao_agent_last_report_timestamp_seconds", s.SCHOOL)
                    + ")"
                ),
            ),
            10,
            columns=(
                Column("name", w.SCHOOL, link=TO_SCHOOL),
                Column("school", w.CODE, width=120),
                Column("campus", w.CAMPUS, width=150),
                Column("Value", ("上报距今", "Reported ago"), unit="dtdurations", width=130),
            ),
            sort=("Value", True),
        ),
    ),
)

_BEHIND = Row(
    ("落后与时钟", "Behind, and clocks"),
    9,
    (
        graph(
            ("最新轮询距今(前 25)", "Newest poll ago (top 25)"),
            ("大于三个轮询间隔就看不到现状。", "Beyond three poll intervals nothing of now is shown."),
            (
                Query(
                    "topk(25, time() - "
                    + s.once(_AGENT, "wanzhao_agent_newest_poll_timestamp_seconds", s.SCHOOL)
                    + ")",
                    same("{{campus}}"),
                ),
            ),
            8,
            unit="dtdurations",
            least=0,
        ),
        graph(
            ("时钟偏差最大的 25 个", "The 25 clocks most off"),
            ("采集中心减代理,绝对值。", "The collector's clock minus the agent's, absolute."),
            (
                Query(
                    f"topk(25, abs({s.once(_AGENT, 'wanzhao_agent_clock_offset_seconds', s.SCHOOL)}))",
                    same("{{campus}}"),
                ),
            ),
            8,
            unit="s",
            least=0,
        ),
        grid(
            ("缺和丢的批次(前 25)", "Missing and lost batches (top 25)"),
            (
                "缺的可能还在缓存里,丢的不会再来。",
                "Missing ones may still be in the spool, lost ones will not come.",
            ),
            (
                f"{_MISSING} and on (campus, agent) topk(25, {_MISSING} + {_LOST})",
                f"{_LOST} and on (campus, agent) topk(25, {_MISSING} + {_LOST})",
            ),
            8,
            columns=(
                Column("school", w.CODE, width=120, link=TO_SCHOOL),
                Column("campus", w.CAMPUS),
                Column("agent", ("代理", "Agent")),
                Column("Value #A", ("缺", "Missing"), width=70),
                Column("Value #B", ("丢", "Lost"), width=70),
            ),
            sort=("Value #A", True),
        ),
    ),
)

_OWN = Row(
    ("能直接抓取的代理", "Agents whose own page is scraped"),
    9,
    (
        graph(
            ("缓存占用(前 25)", "Spool in use (top 25)"),
            ("等待上送的字节除以上限。", "Bytes that wait over the bound."),
            (
                Query(
                    f"topk(25, {_of('wanzhao_agent_spool_bytes')}"
                    f" / {_of('wanzhao_agent_spool_limit_bytes')})",
                    same("{{campus}}"),
                ),
            ),
            8,
            unit="percentunit",
            least=0,
        ),
        graph(
            ("等待的批次(前 25)", "Batches that wait (top 25)"),
            ("now 是当前的,backlog 是积压的。", "now: the present, backlog: what waits behind."),
            (Query(f"topk(25, {_of('wanzhao_agent_spool_batches')})", same("{{campus}} {{lane}}")),),
            8,
            least=0,
        ),
        graph(
            ("一轮轮询用时(前 25)", "Duration of a round (top 25)"),
            (
                "虚线是配置的间隔;超过就排不下。",
                "Dashed: the configured interval; beyond it rounds do not fit.",
            ),
            (
                Query(f"topk(25, {_of('wanzhao_agent_round_seconds')})", same("{{campus}}")),
                Query(
                    f"max({_of('wanzhao_agent_poll_interval_seconds')})", ("间隔", "interval"), is_goal=True
                ),
            ),
            8,
            unit="s",
            least=0,
        ),
        graph(
            ("上送字节", "Bytes shipped"),
            ("采集中心已确认的,前 25。", "Confirmed by the collector, top 25."),
            (Query(f"topk(25, {_rate('wanzhao_agent_shipped_bytes_total')})", same("{{campus}}")),),
            8,
            unit="Bps",
            least=0,
        ),
        graph(
            ("上送失败", "Failures to ship"),
            ("每秒失败次数,前 25。", "Failed tries a second, top 25."),
            (Query(f"topk(25, {_rate('wanzhao_agent_uplink_failures_total')})", same("{{campus}}")),),
            8,
            unit="cps",
            least=0,
        ),
        graph(
            ("没有应答的轮询(前 25 台设备)", "Polls without an answer (top 25 devices)"),
            ("down 是只有它没应答,gap 是无从判断。", "down: it alone did not answer; gap: nobody can tell."),
            (
                Query(
                    "topk(25, " + _rate("wanzhao_agent_device_polls_total", ', outcome!="ok"') + ")",
                    same("{{campus}} {{device}} {{outcome}}"),
                ),
            ),
            8,
            unit="cps",
            least=0,
        ),
    ),
)

BOARD = Board(
    key="agents",
    title=("万兆 · 代理", "wanzhao / Agents"),
    about=("各校代理的在线、版本、时钟和缓存。", "Agents: who reports, versions, clocks, spools."),
    variables=(s.JOB, s.COUNTY_OF, s.SCHOOLS, s.CAMPUSES, s.AGENT_JOB),
    rows=(_NOW, _FLEET, _BEHIND, _OWN),
)
