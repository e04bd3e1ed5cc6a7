"""Rows that several dashboards share: the targets of one subject, by the names of their metrics."""

from __future__ import annotations

from exporters.grafana import select as s
from exporters.grafana import words as w
from exporters.grafana.boards.kinds import grid, timeline
from exporters.grafana.model import Column, Query, Row


def targets_row(metrics: str) -> Row:
    """The county's targets whose metric matches: bounds, goal and state, and the state over time."""
    info = f'wanzhao_target_info{{{s.PLAN}, metric=~"{metrics}"}}'
    of = f"* on (profile, target) group_left () group by (profile, target) ({info})"
    by = "profile, target"
    return Row(
        ("规划目标", "Targets of the plan"),
        7,
        (
            grid(
                ("相关目标", "Targets on this"),
                (
                    "下限把待核实算作未达标,上限算作达标。",
                    "The lower bound counts unknown as not met, the upper as met.",
                ),
                (
                    f"{s.once(by, 'wanzhao_county_target_ratio', s.but(s.PLAN, bound='lower'))} {of}",
                    f"{s.once(by, 'wanzhao_county_target_ratio', s.but(s.PLAN, bound='upper'))} {of}",
                    s.once(by, "wanzhao_county_target_goal", s.PLAN)
                    + f" and on ({by}) wanzhao_county_target_ratio{{{s.PLAN}}} {of}",
                    f"{s.coded('wanzhao_county_target_state', s.PLAN, by, s.TARGET_STATES)} {of}",
                ),
                14,
                columns=(
                    Column("profile", w.PROFILE, width=120),
                    Column("target", w.TARGET),
                    Column("Value #D", w.STATE, states="target", width=110),
                    Column("Value #A", ("下限", "Lower"), unit="percentunit", bar=True, decimals=1),
                    Column("Value #B", ("上限", "Upper"), unit="percentunit", bar=True, decimals=1),
                    Column("Value #C", ("目标值", "Goal"), unit="percentunit", decimals=1, width=80),
                ),
            ),
            timeline(
                ("结论的变化", "States over time"),
                ("全县目标结论随时间的变化。", "The county's verdicts over time."),
                (
                    Query(
                        f"{s.coded('wanzhao_county_target_state', s.PLAN, by, s.TARGET_STATES)} {of}",
                        ("{{profile}} {{target}}", "{{profile}} {{target}}"),
                    ),
                ),
                10,
                states="target",
            ),
        ),
    )
