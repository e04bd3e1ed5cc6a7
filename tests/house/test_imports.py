"""The import direction: wanzhao -> {agent, collector, exporters} -> inventory, and one door a library."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = ("wanzhao", "agent", "collector", "exporters", "inventory")
MAY_IMPORT = {
    "wanzhao": set(OURS),
    "agent": {"agent", "inventory"},
    "collector": {"collector", "inventory"},
    "exporters": {"exporters", "inventory"},
    "inventory": {"inventory"},
}
DOORS = {
    "pysnmp": ("agent/snmp/", "wanzhao/demo/"),
    "pyasn1": ("agent/snmp/", "wanzhao/demo/"),
    "sqlalchemy": ("collector/",),
    "starlette": (
        "collector/web/",
        "collector/console/",
        "collector/api/",
        "collector/daemon.py",
        "collector/judging.py",
    ),
    "httpx": ("agent/", "wanzhao/", "collector/people/oidc.py"),
    "argon2": ("collector/people/passwords.py",),
    "pyotp": ("collector/people/totp.py",),
    "segno": ("collector/people/totp.py",),
    "authlib": ("collector/people/oidc.py",),
    "joserfc": ("collector/people/oidc.py",),
    "h11": ("agent/page.py",),
    "netmiko": ("agent/ssh/",),
    "paramiko": ("agent/ssh/",),
    "textfsm": ("agent/ssh/",),
    "ntc_templates": ("agent/ssh/",),
    "gufo": ("agent/snmp/",),
    "dns": ("agent/probes/",),
    "grafana_foundation_sdk": ("exporters/grafana/",),
    "jinja2": ("exporters/report/", "exporters/console/"),
    "python_calamine": ("inventory/load_sheets.py", "exporters/workbook/"),
    "openpyxl": ("exporters/workbook/",),
    "xlsxwriter": ("exporters/",),
}
FILES = sorted(path for name in OURS for path in (ROOT / name).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield str(node.module)


def test_there_is_code_to_look_at() -> None:
    assert len(FILES) > 40


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_imports_only_along_the_arrows(path: Path) -> None:
    name = path.relative_to(ROOT)
    own = name.parts[0]
    for module in imported(path):
        top = module.partition(".")[0]
        assert top not in OURS or top in MAY_IMPORT[own], f"{name} imports {module}"
        doors = DOORS.get(top)
        assert doors is None or name.as_posix().startswith(doors), f"{name} imports {module}"


def test_only_a_docstring_stands_in_the_top_level_init_files() -> None:
    for name in OURS:
        body = ast.parse((ROOT / name / "__init__.py").read_text(encoding="utf-8")).body
        assert len(body) == 1, name
        assert isinstance(body[0], ast.Expr), name


def test_files_stay_small() -> None:
    long = {str(p.relative_to(ROOT)): n for p in FILES if (n := len(p.read_text("utf-8").splitlines())) > 350}
    assert long == {}
