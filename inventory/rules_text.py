"""A target's rule as one line, to see whether it is the same rule as in an earlier report."""

from __future__ import annotations

from inventory.verdict import TargetText


def rule_text(text: TargetText) -> str:
    """Metric, parameters with who set them, goal, due date: "wifi_coverage_composite area_ratio=0.95
    [product_default]; >= 60 percent until 2025-12-31 [plan]"."""
    origins = dict(text.param_origin)
    params = "".join(
        f" {name}={value}" + (f" [{origins[name]}]" if name in origins else "") for name, value in text.params
    )
    goal = "" if text.value is None else f"; {text.op} {text.value:g} {text.unit}".rstrip()
    due = f" until {text.due.isoformat()}" if text.due else ""
    origin = f" [{text.origin}]" if text.origin else ""
    return f"{text.metric}{params}{goal}{due}{origin}"
