"""What calls for somebody: regressions, silent agents, papers that end, alerts."""

from __future__ import annotations

from exporters.grafana import select as s
from exporters.grafana import words as w
from exporters.grafana.boards.kinds import TO_SCHOOL
from exporters.grafana.model import Column, Panel, Query, Row

CALLS = Row(
    ("要有人去处理的", "What calls for somebody"),
    9,
    (
        Panel(
            kind="table",
            title=("退步", "Regressions"),
            about=(
                "比已认定的状态差的事项,最久的在前。",
                "What is below what was accepted, the longest first.",
            ),
            queries=(
                Query(
                    s.named(
                        f"max by (school, item, kind) (wanzhao_regression{{{s.SCHOOL}}}"
                        " * on (county, profile, school, item) group_left ()"
                        f" (time() - wanzhao_regression_since_timestamp_seconds{{{s.SCHOOL}}}))"
                    )
                ),
            ),
            columns=(
                Column("name", w.SCHOOL, link=TO_SCHOOL),
                Column("school", w.CODE, width=130),
                Column("item", ("事项", "Item")),
                Column("kind", w.KIND, states="regression", width=150),
                Column("Value", ("已持续", "For"), unit="dtdurations", width=120),
            ),
            sort=("Value", True),
            width=12,
        ),
        Panel(
            kind="table",
            title=("失联代理", "Agents silent"),
            about=(
                "最近没有上报的校区;从未上报的没有时间。",
                "Campuses that have not reported lately; one that never did has no time.",
            ),
            queries=(
                Query(s.named(f"{s.once('school, campus', 'wanzhao_agent_up', s.SCHOOL)} == 0")),
                Query(
                    s.named(
                        "(time() - "
                        + s.once("school, campus", "wanzhao_agent_last_report_timestamp_seconds", s.SCHOOL)
                        + f" and on (campus) (wanzhao_agent_up{{{s.SCHOOL}}} == 0))"
                    )
                ),
            ),
            columns=(
                Column("name", w.SCHOOL, link=TO_SCHOOL),
                Column("school", w.CODE, width=130),
                Column("campus", w.CAMPUS, width=150),
                Column("Value #A", w.STATE, states="up", width=90),
                Column("Value #B", ("上次上报距今", "Last report ago"), unit="dtdurations", width=140),
            ),
            sort=("Value #B", True),
            width=12,
        ),
        Panel(
            kind="table",
            title=("将到期的材料", "Papers that end next"),
            about=(
                "每校每类最先到期的一份,最急的 25 项;负数是已过期。",
                "The first of each kind at each school to end, the 25 most urgent; negative has ended.",
            ),
            queries=(
                Query(
                    s.named(
                        "bottomk(25, "
                        + s.once(
                            "school, kind", "wanzhao_school_paper_expiry_timestamp_seconds", s.SCHOOL, "min"
                        )
                        + " - time())"
                    )
                ),
            ),
            columns=(
                Column("name", w.SCHOOL, link=TO_SCHOOL),
                Column("school", w.CODE, width=130),
                Column("kind", w.KIND, states="paper", width=110),
                Column("Value", ("剩余", "Left"), unit="dtdurations", width=140),
            ),
            sort=("Value", False),
            width=12,
        ),
        Panel(
            kind="table",
            title=("正在触发的告警", "Alerts firing"),
            about=(
                "Prometheus 的告警(deploy/prometheus/rules);处置见 docs/runbooks。",
                "Alerts of Prometheus (deploy/prometheus/rules); what to do is in docs/runbooks.",
            ),
            queries=(
                Query(
                    "max by (alertname, severity, school, campus) "
                    '(ALERTS{alertstate="firing", severity=~"critical|warning", county=~"$county|"})'
                ),
            ),
            columns=(
                Column("alertname", ("告警", "Alert")),
                Column("severity", ("级别", "Severity"), states="severity", width=100),
                Column("school", w.CODE, link=TO_SCHOOL, width=150),
                Column("campus", w.CAMPUS, width=170),
            ),
            width=12,
        ),
    ),
)
