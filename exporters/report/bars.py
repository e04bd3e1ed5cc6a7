"""A bar of what is proven and what is still possible, as inline SVG that survives grey printing."""

from __future__ import annotations

from markupsafe import Markup

WIDTH, HEIGHT = 200, 18

_BAR = Markup(
    '<svg class="bar" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">'
    '<rect class="track" x="0.5" y="3.5" width="{inner}" height="11"/>'
    '<rect class="maybe" x="0.5" y="3.5" width="{high}" height="11" fill="url(#hatch)"/>'
    '<rect class="proven" x="0.5" y="3.5" width="{low}" height="11"/>{goal}</svg>'
)
_GOAL = Markup('<line class="goal" x1="{x}" x2="{x}" y1="0" y2="{height}"/>')


def bar(low_bp: int, high_bp: int, goal_percent: float | None, label: str) -> Markup:
    """The bar for bounds in basis points; ``goal_percent`` draws the line, ``label`` says it in words."""
    inner = WIDTH - 1
    goal = Markup("")
    if goal_percent is not None:
        goal = _GOAL.format(x=_place(goal_percent * 100, inner), height=HEIGHT)
    return _BAR.format(
        width=WIDTH,
        height=HEIGHT,
        inner=inner,
        high=_place(high_bp, inner),
        low=_place(low_bp, inner),
        goal=goal,
        label=label,
    )


def _place(bp: float, inner: int) -> str:
    # The goal's line at 100 % must stay inside the picture.
    return f"{min(max(bp, 0), 10000) * inner / 10000:.1f}"
