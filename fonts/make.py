"""Make the two font files anew from Noto Sans SC as Google publishes it: every character, no hinting.

    python fonts/make.py NotoSansSC_400Regular.ttf NotoSansSC_700Bold.ttf

Paper and screens of today need no hinting, and upright text no vertical metrics. Needs fontTools.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset

OUT = Path(__file__).parent / "wanzhao_fonts"
FEATURES = ["ccmp", "kern", "locl", "mark", "mkmk", "palt", "halt", "fwid", "hwid", "pwid"]


def make(source: Path, out: Path) -> None:
    """Write the smaller font."""
    options = subset.Options()
    options.hinting = False
    options.layout_features = FEATURES
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE"]
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.recalc_timestamp = False
    font = subset.load_font(str(source), options)
    characters = set(font.getBestCmap())
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    assert set(font.getBestCmap()) == characters
    subset.save_font(font, str(out), options)


def main() -> None:
    for name, source in zip(("Regular", "Bold"), sys.argv[1:], strict=True):
        make(Path(source), OUT / f"NotoSansSC-{name}.ttf")


if __name__ == "__main__":
    main()
