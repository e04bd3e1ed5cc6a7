"""Addresses of data links: from a row to the dashboard that shows more of it."""

from __future__ import annotations

from exporters.grafana.model import Board, Link


def url_of(link: Link, here: Board, there: Board, uid: str) -> str:
    """The other dashboard at the same time, with the variables that both have and the row's own fields."""
    names = {variable.name for variable in there.variables}
    wrong = {name for name, _field in link.fields} - names
    if wrong:
        raise ValueError(f"{there.key} has no variable {sorted(wrong)}")
    own = {name for name, _field in link.fields}
    shared = [
        f"${{{name}:queryparam}}"
        for name in ("datasource", *(variable.name for variable in here.variables))
        if name in {"datasource", *names} and name not in own
    ]
    fields = [f"var-{name}={_of_row(field)}" for name, field in link.fields]
    return f"/d/{uid}?" + "&".join(["${__url_time_range}", *shared, *fields])


def _of_row(field: str) -> str:
    """A label of a series or a cell of the row."""
    return (
        "${__field.labels." + field[1:] + "}" if field.startswith("@") else f'${{__data.fields["{field}"]}}'
    )
