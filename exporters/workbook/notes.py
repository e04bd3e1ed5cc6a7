"""The texts of a workbook: the sheet that explains every column, and the sheet of settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from exporters.workbook.layout import sheet_fields, sheet_name
from inventory.load_settings import SETTINGS
from inventory.load_tables import TABLES
from inventory.words import N_, Language, say

Styled = tuple[str, tuple[str, ...]]
"""The style of a row, and its cells."""

GENERAL = (
    N_("How to fill in this workbook"),
    N_("One sheet is one table. Columns may be moved, and left out but for those with *."),
    N_("Keep codes as text: a spreadsheet turns a long number into 2.13E+09, and that is refused."),
    N_("Several values in a cell are separated by semicolons."),
    N_("A row whose first cell begins with 示例 is an example and is not imported."),
    N_("wanzhao inventory import FILE says what would change, and every fault; --apply makes it so."),
)
HEADS = (
    N_("Sheet"),
    N_("Column"),
    N_("Key"),
    N_("Required"),
    N_("What to write"),
    N_("Words"),
    N_("Example"),
    N_("Other headings"),
)
NEEDED = N_("required")
SETTING_HEADS = (N_("item"), N_("value"), N_("explanation"))
SETTING_NOTES: Mapping[str, str] = {
    "name": N_("of the county"),
    "adcode": N_("6 digits of GB/T 2260; the schools' codes are of the same province"),
    "poll_interval_s": N_("seconds between polls, the same for all agents; default 300"),
    "timezone": N_("default Asia/Shanghai"),
    "holidays": N_("days or spans, separated by semicolons: 2026-10-01..2026-10-07; 2027-01-01"),
    "workdays": N_("days off that are worked, written in the same way"),
    "opens": N_("school hours; only polls within them count; default 07:30"),
    "closes": N_("default 17:30"),
    "boarding_opens": N_("school hours of boarding schools; default 06:30"),
    "boarding_closes": N_("default 22:00"),
    "lessons": N_("bell times, separated by semicolons: 08:00..08:40; 08:50..09:30"),
    "terms": N_("first and last day of each term: 2026-09-01..2027-01-20"),
}


def note_rows(language: Language) -> Iterator[Styled]:
    """The sheet that explains every column."""
    title, *lines = (say(line, language) for line in GENERAL)
    yield "title", (title,)
    for line in lines:
        yield "text", (line,)
    yield "text", ()
    yield "head", tuple(say(head, language) for head in HEADS)
    for table in TABLES:
        for field in sheet_fields(table, language):
            column = field.column
            yield (
                "wrap",
                (
                    sheet_name(table, language),
                    field.title,
                    column.key,
                    say(NEEDED, language) if column.required else "",
                    field.note or field.hint,
                    "、".join(field.words.values()) if language == "zh" else ", ".join(field.words.values()),
                    field.example,
                    "、".join(name for name in column.headings if name != field.title),
                ),
            )


def setting_rows(settings: Mapping[str, Mapping[str, object]], language: Language) -> Iterator[Styled]:
    """The sheet of settings: what they are called, what they are, what may be written."""
    yield "head", tuple(say(head, language) for head in SETTING_HEADS)
    for table, known in SETTINGS.items():
        for key, setting in known.items():
            value = settings.get(table, {}).get(key, "")
            text = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
            name = setting.name if language == "zh" else f"{table}.{key}"
            yield "wrap", (name + "*" * setting.required, text, say(SETTING_NOTES.get(key, ""), language))
