"""The quotes of a profile against the archived plan text, byte for byte."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from inventory.load_files import decode
from inventory.plan_book import Finding
from inventory.profile import Profile, Source, Target
from inventory.words import _

Targets = Iterable[tuple[int, Target]]
"""Each target with its position in the file."""


def source_findings(profile: Profile) -> Iterator[Finding]:
    """What [source] has to say, with or without the archive."""
    source = profile.source
    if not source.file:
        yield from _no_text(profile)
        return
    if source.file in (".", "..") or re.search(r"[/\\:]", source.file):
        yield Finding(("source", "file"), _("has to be a file name without folders"))
    if not re.fullmatch(r"[0-9a-fA-F]{64}", source.sha256):
        yield Finding(
            ("source", "sha256"),
            _("is not a SHA-256 sum of 64 hexadecimal digits"),
            _("compute it: sha256sum FILE"),
        )


def _no_text(profile: Profile) -> Iterator[Finding]:
    """Nobody holds the plan text: the quotes are second-hand, and nothing may be adopted on them."""
    source = profile.source
    if source.sha256:
        yield Finding(("source", "sha256"), _("has no file"), _("name the file, or leave both empty"))
    if not source.note:
        yield Finding(
            ("source",),
            _("names no file of the plan text, and not where the quotes were read"),
            _("archive the text and name its file, or tell in note where the quotes come from"),
        )
    if profile.status == "adopted":
        yield Finding(
            ("profile", "status"),
            _("is adopted, but its quotes cannot be proved: [source] names no file"),
            _("archive the plan text and name its file, or leave the profile a draft"),
        )
    yield Finding(
        ("source", "file"),
        _("is empty: nobody holds the plan text, so no quote is proved"),
        _("archive the plan text as soon as it can be had"),
        is_doubt=True,
    )


def quote_findings(profile: Profile, targets: Targets, archive: Path) -> Iterator[Finding]:
    """Every quote has to stand in the file that [source] names."""
    source = profile.source
    if not source.file or Path(source.file).name != source.file:
        return
    text = archived_text(source, archive)
    if isinstance(text, Finding):
        yield text
        return
    for n, target in targets:
        for part, quote in enumerate(target.quote):
            if quote not in text:
                yield Finding(
                    ("target", n, "quote", part),
                    _("“%(quote)s” does not stand in the plan text") % {"quote": quote},
                    _("copy the words exactly as they are archived, spaces and punctuation too"),
                )


def archived_text(source: Source, archive: Path) -> str | Finding:
    """The plan text, known by its sum; or why it cannot be had."""
    file = archive / source.file
    try:
        content = file.read_bytes()
    except OSError as error:
        what = _("%(file)s cannot be read: %(why)s") % {"file": file, "why": error.strerror}
        return Finding(("source", "file"), what, _("name the folder of the plan texts with --archive"))
    found = hashlib.sha256(content).hexdigest()
    if found != source.sha256.lower():
        return Finding(
            ("source", "sha256"),
            _("is not that of %(file)s, which is %(sha256)s") % {"file": file, "sha256": found},
            _("the archived text was changed, or the profile was made from another one"),
        )
    try:
        return decode(content)
    except UnicodeDecodeError:
        return Finding(("source", "file"), _("is neither UTF-8, UTF-16 nor GB18030 text"))
