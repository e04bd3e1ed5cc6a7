"""The Chinese font of the PDF: where it is found, and which characters it lacks.

Looked for in this order: the folder that ``WANZHAO_FONTS`` names, the package wanzhao-fonts (folder ``fonts``
of this project), the fonts of the system. A PDF engine draws a missing character as nothing or as a box and
says nothing: what is missing is found here, before.
"""

from __future__ import annotations

import importlib
import logging
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTCollection, TTFont, TTLibError

from inventory.errors import ConfigError
from inventory.words import _

log = logging.getLogger(__name__)

VARIABLE = "WANZHAO_FONTS"
PACKAGE = "wanzhao_fonts"
FAMILIES = (
    "Noto Sans SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "Droid Sans Fallback",
)
"""Families that serve, the best first."""
GETA = "〓"
"""Stands for a character that the font does not have, as in print."""


@dataclass(frozen=True, slots=True)
class Fonts:
    """A family and the folder of its files."""

    family: str
    folder: Path
    characters: frozenset[int]

    def missing(self, texts: Iterable[str]) -> list[str]:
        """The characters of the texts that cannot be printed, in the order of Unicode."""
        used = set[str]().union(*texts)
        return sorted(c for c in used if ord(c) not in self.characters and c not in "\n\t ")


def find_fonts(environment: Mapping[str, str] = os.environ) -> Fonts:
    """The font to print with. ConfigError, with the ways to get one, where there is none."""
    configured = environment.get(VARIABLE, "")
    if configured:
        if found := _in_folder(Path(configured)):
            return found
        raise ConfigError(
            _("no Chinese font in the folder"),
            where=f"{VARIABLE}={configured}",
            do=_("put %(names)s there as .ttf, .otf or .ttc") % {"names": " / ".join(FAMILIES)},
        )
    for folder in (*_packaged(), *_of_the_system()):
        if found := _in_folder(folder):
            return found
    raise ConfigError(
        _("there is no Chinese font to print a PDF with"),
        do=_(
            "install the package in the folder fonts (pip install ./fonts), or a font of the system "
            "(apt install fonts-noto-cjk), or name a folder in %(variable)s"
        )
        % {"variable": VARIABLE},
    )


def _packaged() -> Iterator[Path]:
    try:
        yield Path(importlib.import_module(PACKAGE).folder())
    except ImportError:
        return


def _of_the_system() -> Iterator[Path]:
    """The folders of the system's Chinese fonts, those of the best family first."""
    program = shutil.which("fc-list")
    if program is None:
        return
    listed = subprocess.run(
        [program, ":lang=zh-cn", "--format", "%{file}\t%{family}\n"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    ).stdout.splitlines()
    found = [line.partition("\t")[::2] for line in listed]
    for family in FAMILIES:
        for file, families in sorted(found):
            if family in families.split(","):
                yield Path(file).parent


@cache
def _in_folder(folder: Path) -> Fonts | None:
    """The best family of a folder, with the characters that all of its files have."""
    families: dict[str, list[frozenset[int]]] = {}
    paths = folder.iterdir() if folder.is_dir() else ()
    for path in sorted(path for path in paths if path.suffix.lower() in (".ttf", ".otf", ".ttc")):
        for name, characters in _faces(path):
            if name in FAMILIES:
                families.setdefault(name, []).append(characters)
    for family in FAMILIES:
        if family in families:
            return Fonts(family, folder, frozenset.intersection(*families[family]))
    return None


def _faces(path: Path) -> Iterator[tuple[str, frozenset[int]]]:
    """Family and characters of each face in a file; nothing where it is not a font."""
    try:
        with path.open("rb") as file:
            if path.suffix.lower() == ".ttc":
                yield from [_face(font) for font in TTCollection(file, lazy=True).fonts]
            else:
                yield _face(TTFont(file, lazy=True))
    except (TTLibError, OSError) as error:
        log.warning("%s is no font that can be read: %s", path, error)


def _face(font: TTFont) -> tuple[str, frozenset[int]]:
    name = font["name"].getDebugName(16) or font["name"].getDebugName(1)
    return str(name), frozenset(font.getBestCmap() or ())
