"""What an expression of a dashboard asks for: its metrics, its windows, and the labels of its answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import promql_parser as promql
from dashboard_metrics import known

SHARED = {"topk", "bottomk"}
SETS = {"and", "unless"}


class WrongError(Exception):
    """An expression that asks for what there is not."""


def parsed(expr: str) -> Any:
    """The expression with its variables filled in."""
    text = expr.replace("$__rate_interval", "5m").replace("$__range", "1h")
    return promql.parse(re.sub(r"\$(\{\w+\}|\w+)", ".*", text))


def nodes(node: Any) -> Iterator[Any]:
    """The expression and all its parts."""
    yield node
    for name in ("expr", "lhs", "rhs", "vector_selector", "param"):
        if (inner := getattr(node, name, None)) is not None:
            yield from nodes(inner)
    for inner in getattr(node, "args", ()):
        yield from nodes(inner)


def labels_of(node: Any) -> frozenset[str]:
    """The labels that the answer can have; WrongError where a metric or a label does not exist."""
    return _OF.get(type(node).__name__, lambda _node: frozenset())(node)


def _selector(node: Any) -> frozenset[str]:
    labels = known().get(node.name)
    if labels is None:
        raise WrongError(f"no metric {node.name}")
    _has(labels, [matcher.name for matcher in node.matchers.matchers], node.name)
    return labels


def _has(labels: frozenset[str], wanted: list[str], where: str) -> None:
    if missing := set(wanted) - labels:
        raise WrongError(f"no label {', '.join(sorted(missing))} on {where}")


def _call(node: Any) -> frozenset[str]:
    labels = frozenset[str]().union(*(labels_of(argument) for argument in node.args))
    if node.func.name == "label_join":
        target, _separator, *sources = (one.val for one in node.args[1:])
        _has(labels, sources, "the argument of label_join")
        return labels | {target}
    if node.func.name == "histogram_quantile":
        _has(labels, ["le"], "the argument of histogram_quantile")
        return labels - {"le"}
    return labels


def _aggregate(node: Any) -> frozenset[str]:
    labels = labels_of(node.expr)
    by = list(node.modifier.labels) if node.modifier else []
    _has(labels, by, f"the argument of {node.op}")
    if str(node.op) == "count_values":
        return frozenset([*by, node.param.val])
    return labels if str(node.op) in SHARED else frozenset(by)


def _binary(node: Any) -> frozenset[str]:
    left, right = labels_of(node.lhs), labels_of(node.rhs)
    matching = node.modifier.matching if node.modifier else None
    if matching is not None:
        for side in (left, right):
            _has(side, list(matching.labels), f"a side of {node.op}")
    if str(node.op) in SETS:
        return left
    if str(node.op) == "or":
        return left | right
    if matching is not None and str(node.modifier.card).endswith("ManyToOne"):
        group = list(node.modifier.group_labels or ()) if hasattr(node.modifier, "group_labels") else []
        _has(right, group, "the right side of group_left")
        return left | set(group)
    if matching is not None:
        return frozenset(matching.labels)
    return left if left else right


_OF: dict[str, Any] = {
    "VectorSelector": _selector,
    "MatrixSelector": lambda node: labels_of(node.vector_selector),
    "ParenExpr": lambda node: labels_of(node.expr),
    "UnaryExpr": lambda node: labels_of(node.expr),
    "SubqueryExpr": lambda node: labels_of(node.expr),
    "Call": _call,
    "AggregateExpr": _aggregate,
    "BinaryExpr": _binary,
}
