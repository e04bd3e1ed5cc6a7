"""The formats of a report: their files, and whether what they need is installed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from typing import Literal, get_args

from inventory.errors import InputError
from inventory.words import _

Form = Literal["html", "schools", "xlsx", "pdf", "docx", "csv", "json", "volume", "single"]
FORMS: tuple[Form, ...] = get_args(Form)
DATA_FILE = "report.json"
"""The file whose hash the others show."""
NAMES: dict[Form, str] = {
    **{form: f"report.{form}" for form in FORMS},
    "schools": "report-schools.html",
    "volume": "report-schools.pdf",
    "single": "schools/",
    "json": DATA_FILE,
}
MEDIA_TYPES: dict[Form, str] = {
    "html": "text/html; charset=utf-8",
    "schools": "text/html; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "volume": "application/pdf",
    "single": "application/pdf",
}
MANY: frozenset[Form] = frozenset({"single"})
"""Formats that are a folder of files, one for each school."""
NEEDS: Mapping[Form, tuple[str, ...]] = {
    **dict.fromkeys(("pdf", "volume", "single"), ("typst", "fontTools")),
    "docx": ("docx",),
}
"""Modules of the extra [report]."""


@cache
def hindrance(form: Form) -> InputError | None:
    """Why a format cannot be made here, with what to do about it; None where it can."""
    lacking = [module for module in NEEDS.get(form, ()) if find_spec(module) is None]
    if lacking:
        return InputError(
            _("%(form)s needs more libraries: %(names)s")
            % {"form": form.upper(), "names": ", ".join(lacking)},
            do=_("install the extra: pip install 'wanzhao[%(name)s]'") % {"name": "report"},
        )
    if "typst" in NEEDS.get(form, ()):
        from exporters.report.fonts import find_fonts

        try:
            find_fonts()
        except InputError as error:
            return error
    return None


def makeable() -> list[Form]:
    """The formats that can be made with what is installed."""
    return [form for form in FORMS if hindrance(form) is None]
