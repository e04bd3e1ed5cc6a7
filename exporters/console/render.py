"""A page of the console from its data: HTML 5 in UTF-8, every text escaped, no script and no style inside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import jinja2
from markupsafe import Markup, escape

from exporters.console.lists import schools_csv
from exporters.console.pages import prepared
from exporters.console.pages_import import WORKBOOKS
from exporters.console.pages_reports import school_pdf
from exporters.console.texts import texts
from exporters.report.bars import bar
from exporters.report.codes import code_words, state_word
from exporters.report.html import mark
from exporters.report.shown import amount, figure, local_time, percent
from inventory import reasons
from inventory.advice import ADVICE
from inventory.metrics.catalogue import catalogue
from inventory.words import Language, say

MENU = (
    ("/console/", "county"),
    ("/console/schools", "schools"),
    ("/console/items", "work_items"),
    ("/console/baselines", "baselines"),
    ("/console/evidence", "evidence"),
    ("/console/spot", "spot"),
    ("/console/agents", "agents"),
    ("/console/plans", "plans"),
    ("/console/import", "import"),
    ("/console/reports", "reports"),
    ("/console/people", "people"),
    ("/console/audit", "audit"),
)
"""Addresses and texts of the menu."""
MENU_FOR = {
    "import": ("register_import",),
    "spot": ("spot_check",),
    "reports": ("report_make",),
    "people": ("account_change", "role_grant", "audit_read"),
    "audit": ("audit_read",),
}
"""One of what a person has to be allowed to do for a line of the menu (collector.people.person.Action)."""
_HERE = Path(__file__).parent
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain"}


def render(page: str, data: Mapping[str, object], language: Language) -> bytes:
    """A page by its name; the data that it needs are said where its handler is (collector/console)."""
    zone = _zone(data)
    filters: dict[str, Callable[..., object]] = {
        "percent": percent,
        "figure": figure,
        "amount": amount,
        "mark": partial(_mark, language=language),
        "code": lambda code: code_words(str(code), language) if code else "",
        "state": lambda state: state_word(str(state), language),
        "reason": lambda code: reasons.words(str(code), language) if code else "",
        "metric": lambda name: catalogue()[name].name(language) if name in catalogue() else name,
        "advice": lambda code: say(ADVICE[code].do, language) if code in ADVICE else "",
        "who": lambda code: say(ADVICE[code].who, language) if code in ADVICE else "",
        "local": lambda at: local_time(float(at), zone) if at else "",
        "day": lambda at: local_time(float(at), zone)[:10] if at else "",
        "same": str,
        "segment": lambda text: quote(str(text), safe=""),
        "query": lambda fields: urlencode({name: each for name, each in fields.items() if each}),
    }
    if page == "schools.csv":
        return schools_csv(data, language)
    if page in WORKBOOKS:
        return WORKBOOKS[page](data, language)
    if page == "school.pdf":
        return school_pdf(data, language)
    context = {
        "menu": _menu(data.get("person")),
        "path": "/console/",
        **prepared(page, dict(data), language),
    }
    body = _template(page).render(
        **context, t=texts(language), bar=bar, f=_Filters(filters), lang="zh-CN" if language == "zh" else "en"
    )
    return body.encode("utf-8", "replace")


def assets() -> dict[str, tuple[str, bytes]]:
    """The files that pages ask for, by name: media type and content."""
    folder = _HERE / "static"
    return {
        path.name: (_TYPES[path.suffix], path.read_bytes())
        for path in sorted(folder.iterdir())
        if path.suffix in _TYPES
    }


class _Filters:
    """What templates call as ``f.name(value)``: the words of this language and zone."""

    def __init__(self, filters: Mapping[str, Callable[..., object]]) -> None:
        self._filters = filters

    def __getattr__(self, name: str) -> Callable[..., object]:
        try:
            return self._filters[name]
        except KeyError:
            raise AttributeError(name) from None


def _menu(person: Any) -> list[tuple[str, str]]:
    """The lines of the menu for a person; those that everybody has where it is not known who asks."""
    return [
        (href, name)
        for href, name in MENU
        if name not in MENU_FOR or (person is not None and any(map(person.may, MENU_FOR[name])))
    ]


def _mark(state: object, language: Language) -> Markup:
    return mark(str(state), language) if state else Markup("")


def _zone(data: Mapping[str, object]) -> str:
    found: Any = data.get("view") or data.get("why")
    return str(getattr(found, "timezone", "Asia/Shanghai"))


@cache
def _environment() -> jinja2.Environment:
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["safe_svg"] = _safe_svg
    return found


def _safe_svg(text: str) -> Markup:
    """A picture that this program has drawn itself; anything else is text."""
    is_picture = text.startswith("<svg ") and text.endswith("</svg>") and "<script" not in text
    return Markup(text) if is_picture else escape(text)  # noqa: S704


def _template(page: str) -> jinja2.Template:
    return _environment().get_template(f"{page}.html")
