"""wanzhao inventory template, export, import: the register as files that people fill in."""

from __future__ import annotations

import argparse
import getpass
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from inventory.diff import TableDiff, register_diff
from inventory.errors import InputError, RegisterError
from inventory.load import Loaded, count_rows, load_set, register_tables
from inventory.load_folder import folder_files
from inventory.load_settings import SETTING_SHEET, setting_name
from inventory.load_sheets import SHEET_FILES, sheet_tables
from inventory.load_tables import TABLES, Table, heading
from inventory.register import Register
from inventory.words import _, language
from wanzhao.options import (
    Subparsers,
    add_config,
    add_json,
    need_extra,
    parse_time,
    print_json,
    print_table,
)

try:
    from collector.config import load_collector_settings
    from collector.store.engine import open_store
    from collector.store.registers import read_register, store_register
    from exporters.workbook.layout import sheet_fields
    from exporters.workbook.marked import mark
    from exporters.workbook.write import export, template
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None

FEW = 10
"""As many changed rows of a table are shown, unless all are asked for."""
WHAT = "PATH"


def add(inner: Subparsers) -> None:
    """Add the subcommands."""
    blank = inner.add_parser("template", help=_("write an Excel workbook to fill in"))
    blank.add_argument("file", type=Path, metavar="FILE.xlsx")
    _add_language(blank)
    blank.set_defaults(run=_template)

    out = inner.add_parser("export", help=_("write the collector's register as a workbook, or as CSV"))
    out.add_argument("path", type=Path, metavar=WHAT, help=_("FILE.xlsx, or a folder for TOML and CSV"))
    _add_language(out)
    add_config(out)
    out.set_defaults(run=_export)

    load = inner.add_parser(
        "import", help=_("say what a register would change; with --apply make it the one that is judged by")
    )
    add_source(load)
    load.add_argument(
        "--update",
        action="store_true",
        help=_("change only what PATH names, remove nothing else (always so for one CSV file)"),
    )
    add_import(load)
    load.set_defaults(run=_import)


def add_import(parser: argparse.ArgumentParser) -> None:
    """The options of a command that changes the collector's register."""
    parser.add_argument(
        "--apply", action="store_true", help=_("make it so (default: only say what would change)")
    )
    parser.add_argument("--all", action="store_true", help=_("list every row that changes"))
    parser.add_argument("--author", default="", metavar="NAME", help=_("who imports it (default: this user)"))
    add_config(parser)
    add_json(parser)


def add_source(parser: argparse.ArgumentParser) -> None:
    """The options of a command that reads a register."""
    text = _("a folder of TOML and CSV, an Excel workbook (.xlsx, .xls, .ods), one TOML or one CSV file")
    parser.add_argument("path", type=Path, metavar=WHAT, help=text)
    parser.add_argument(
        "--table", metavar="NAME", help=_("which table a CSV file holds, if its name does not say")
    )
    parser.add_argument(
        "--marked",
        type=Path,
        metavar="FILE.xlsx",
        help=_("your file with its faults marked (default for a workbook: NAME-错误.xlsx beside it)"),
    )
    parser.add_argument("--no-marked", action="store_true", help=_("write no file with the faults marked"))


def read_source(args: argparse.Namespace, base: Register | None = None) -> Loaded:
    """The register that a command was given; its faults are marked in a copy of the file."""
    try:
        loaded = load_set(args.path, table=_table(args.table), base=base, tell=_tell)
    except RegisterError as error:
        _write_marked(args, error)
        raise
    if loaded.examples:
        print(_("%(n)d example rows left out") % {"n": loaded.examples}, file=sys.stderr)
    return loaded


def check_one_table(args: argparse.Namespace) -> int:
    """How many rows a CSV file holds, once its cells are found sound."""
    try:
        return count_rows(args.path, _table(args.table), _tell)
    except RegisterError as error:
        _write_marked(args, error)
        raise


def _template(args: argparse.Namespace) -> int:
    need_collector()
    write_file(args.file, template(args.lang or "zh"))
    return 0


def _export(args: argparse.Namespace) -> int:
    register = stored_register(args)
    if args.path.suffix.casefold() == ".xlsx":
        write_file(args.path, export(register, args.lang or "zh", _tell))
    else:
        write_folder(args.path, folder_files(register))
    return 0


def write_folder(folder: Path, contents: Mapping[str, str]) -> None:
    """Write text files into a folder, made if need be, and say their names."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritten(folder, error) from error
    for name, content in contents.items():
        write_file(folder / name, content.encode())


def _import(args: argparse.Namespace) -> int:
    need_collector()
    old = open_register(args)
    part = args.update or args.path.suffix.casefold() == ".csv"
    if part and old is None:
        raise nothing_stored()
    print(_("reading %(folder)s ...") % {"folder": args.path}, file=sys.stderr)
    return finish_import(args, old, read_source(args, old if part else None).register, str(args.path))


def finish_import(args: argparse.Namespace, old: Register | None, new: Register, source: str) -> int:
    """Say what the new register changes, and make it so if that is asked for; ``source`` is where it is
    from."""
    before = old or Register(county="")
    tables = register_diff(before, register_tables(before), new, register_tables(new))
    if args.apply:
        with open_store(load_collector_settings(args.config).database_url).begin() as connection:
            author = args.author or getpass.getuser()
            store_register(connection, new, author=author, at=time.time(), source=source, origin="command")
    if args.json:
        print_json({"applied": args.apply, **_schools(before, new), "tables": _counts(tables)})
        return 0
    _print_counts(tables)
    if old or args.all:
        _print_rows(tables, None if args.all else FEW)
    if args.apply:
        print(_("imported: the schools are judged by it from now on"))
    elif all(table.empty for table in tables):
        print(_("nothing would change"))
    else:
        print(_("nothing was changed; --apply makes it so"))
    return 0


def stored_register(args: argparse.Namespace, as_of: str | None = None) -> Register:
    """The collector's register, as it stands or as it stood."""
    need_collector()
    register = open_register(args)
    if register is not None and as_of:
        register = open_register(args, parse_time(as_of, register.calendar.timezone))
    if register is None:
        raise nothing_stored()
    return register


def open_register(args: argparse.Namespace, as_of: float | None = None) -> Register | None:
    """The collector's register; None before the first import."""
    engine = open_store(load_collector_settings(args.config).database_url)
    with engine.connect().execution_options(reads_only=True) as connection:
        return read_register(connection, as_of)


def _print_counts(tables: Sequence[TableDiff]) -> None:
    rows = [
        (name, len(table.added), len(table.changed), len(table.removed), table.same)
        for table in tables
        for name in (table_name(table.table),)
        if table.same or not table.empty
    ]
    print_table((_("table"), _("added"), _("changed"), _("removed"), _("unchanged")), rows)


def _print_rows(tables: Sequence[TableDiff], few: int | None) -> None:
    for table in tables:
        lines = [
            *(f"+ {' '.join(filter(None, key))}" for key in table.added),
            *(
                f"~ {' '.join([*filter(None, change.key), _cells(table.table, change.cells)])}"
                for change in table.changed
            ),
            *(f"- {' '.join(filter(None, key))}" for key in table.removed),
        ]
        if lines:
            print(f"\n{table_name(table.table)}")
        for line in lines[:few]:
            print(f"  {line}")
        if few and len(lines) > few:
            print("  " + _("and %(n)d more; --all lists them") % {"n": len(lines) - few})


def _cells(table: str, cells: Sequence[tuple[str, object, object]]) -> str:
    """What becomes of the cells of a row, in the words that people write."""
    known = {
        field.column.key: field
        for one in TABLES
        if one.name == table
        for field in sheet_fields(one, language())
    }
    return ", ".join(
        f"{known[key].title} {_shown(known[key].shown(before))} -> {_shown(known[key].shown(after))}"
        if key in known
        else f"{setting_name(key)} {_shown(before)} -> {_shown(after)}"
        for key, before, after in cells
    )


def _shown(value: object) -> str:
    if value is None or value in ("", []):
        return "-"
    return ";".join(map(str, value)) if isinstance(value, list) else str(value)


def _schools(before: Register, new: Register) -> dict[str, object]:
    old, now = ({school.id: school for school in register.schools} for register in (before, new))
    changed = [key for key, school in now.items() if key in old and old[key] != school]
    return {
        "added": [key for key in now if key not in old],
        "changed": changed,
        "removed": [key for key in old if key not in now],
        "unchanged": sum(key in old for key in now) - len(changed),
    }


def _counts(tables: Sequence[TableDiff]) -> Mapping[str, Mapping[str, int]]:
    return {
        table.table: {
            "added": len(table.added),
            "changed": len(table.changed),
            "removed": len(table.removed),
            "unchanged": table.same,
        }
        for table in tables
    }


def table_name(table: str) -> str:
    """What a table is called in the language of this process."""
    names = {one.name: one.files[0].removesuffix(".csv") for one in TABLES} | {"county": SETTING_SHEET}
    return names[table] if language() == "zh" else table


def _table(name: str | None) -> Table | None:
    if not name:
        return None
    known = sheet_tables()
    found = known.get(heading(name.casefold().removesuffix(".csv")))
    if found is None:
        names = ", ".join(table_name(table.name) for table in TABLES)
        raise InputError(
            _("is no table of the register"),
            where=f"--table {name}",
            do=_("one of: %(names)s") % {"names": names},
        )
    return found


def _write_marked(args: argparse.Namespace, error: RegisterError) -> None:
    """The user's file with its faults; that it cannot be written is no reason not to tell the faults."""
    path: Path = args.path
    workbook = path.is_file() and path.suffix.casefold() in SHEET_FILES
    out = args.marked or (path.with_name(f"{path.stem}-错误.xlsx") if workbook else None)
    if MISSING or args.no_marked or out is None or not path.exists():
        return
    if out.resolve() == path.resolve():
        print(_("%(file)s: is the file that is read; nothing was marked") % {"file": out}, file=sys.stderr)
        return
    try:
        out.write_bytes(mark(path, error.every, language()))
    except (OSError, ValueError, KeyError) as failed:
        what = _("%(file)s: the faults could not be marked: %(why)s") % {"file": out, "why": failed}
        print(what, file=sys.stderr)
    else:
        print(_("your file with the faults marked: %(file)s") % {"file": out}, file=sys.stderr)


def write_file(path: Path, content: bytes) -> None:
    """Write a file and say its name."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise _unwritten(path, error) from error
    print(path)


def _unwritten(path: Path, error: OSError) -> InputError:
    return InputError(_("cannot be written: %(why)s") % {"why": error.strerror}, where=str(path))


def _add_language(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--lang", choices=("zh", "en"), help=_("language of headings and words (default: zh)")
    )


def _tell(table: str, row: int) -> None:
    print(_("  %(table)s: row %(row)d") % {"table": table, "row": row}, file=sys.stderr)


def nothing_stored() -> InputError:
    """There is no register to change or to export."""
    return InputError(
        _("no register is imported yet"),
        do=_("import a whole one first: a folder or a workbook with every table"),
    )


def need_collector() -> None:
    """Raises if the collector's libraries are not installed."""
    if MISSING:
        raise need_extra("collector", MISSING)
