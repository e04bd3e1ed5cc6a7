"""Where the shared recordings and plan texts are, when they are there at all.

They stand beside a checkout (``../shared``) and do not ship. ``WANZHAO_SHARED`` names another place.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("WANZHAO_SHARED", ROOT.parent / "shared"))
RECORDINGS = SHARED / "recordings"
PLANS = SHARED / "plans"
CLI = SHARED / "cli"


def need(folder: Path) -> pytest.MarkDecorator:
    """Skip a test, with the reason, where a shared folder is absent."""
    reason = f"{folder.name} of real input not found beside the project (set WANZHAO_SHARED to their folder)"
    return pytest.mark.skipif(not folder.is_dir(), reason=reason)
