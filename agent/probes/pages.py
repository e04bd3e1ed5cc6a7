"""HTML as a crawler needs it: the links of a page, its visible text, and how alike two texts are.

The pages are strangers', so the work is bounded by their length. The standard library's html.parser does not
bound it (see CVE-2025-6069): in CPython 3.11.7 a page of 64 KiB of "<a " keeps it busy for a minute, and
"<![" makes it raise. Here every "<" costs at most one look at the next 4,096 characters.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

SHINGLE = 4
"""Characters that are compared at a time: long enough for Chinese, where a character is nearly a word."""
MAX_HTML = 512 << 10
MAX_TAG = 4096
MAX_TEXT = 200_000
MAX_LINKS = 2_000

_HIDDEN = frozenset({"script", "style", "noscript", "template", "title"})
_ENDS = {name: re.compile(rf"</{name}\s*+>", re.IGNORECASE) for name in _HIDDEN}
_TAG = re.compile(r"""<(/?)([a-zA-Z][^\s/<>]*+)([^"'<>]*+(?:(?:"[^"]*+"|'[^']*+')[^"'<>]*+)*+)>""")
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]++)\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s"'<>]++)""")
_PORTS = {"http": 80, "https": 443}
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.IGNORECASE)
_NOT_PAGES = re.compile(
    r"\.(?:zip|rar|7z|gz|exe|apk|iso|mp4|avi|mov|flv|wmv|mp3|docx?|xlsx?|pptx?|pdf)$", re.I
)


@dataclass(slots=True)
class _Page:
    """What was read of a page."""

    links: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    base: str = ""


def is_html(content_type: str, body: bytes) -> bool:
    """Whether a body is a page with links."""
    return "html" in content_type.lower() or (not content_type and b"<" in body[:512])


def links_of(url: str, body: bytes, content_type: str, wanted: Callable[[str], bool]) -> list[str]:
    """The addresses that a page links to and that are wanted, each once, in the order of the page."""
    page = _read(body, content_type)
    found: dict[str, None] = {}
    for href in page.links:
        try:
            link = _plain(urljoin(urljoin(url, page.base), href.strip()))
        except ValueError:
            continue
        if link and wanted(link) and not _NOT_PAGES.search(urlsplit(link).path):
            found[link] = None
    return list(found)


def text_of(body: bytes, content_type: str) -> str:
    """The visible text of a page, white space as single spaces."""
    return " ".join(unescape(" ".join(_read(body, content_type).text)).split())[:MAX_TEXT]


def similarity(one: str, other: str) -> float | None:
    """How alike two texts are, 0..1: the share of four-character pieces that they have in common (Dice). None
    where there is no text to compare, as on a page that a script writes."""
    first, second = _pieces(one), _pieces(other)
    if not first and not second:
        return None
    common = sum((first & second).values())
    return 2 * common / (sum(first.values()) + sum(second.values()))


def same_site(home: str) -> Callable[[str], bool]:
    """Whether an address belongs to the site of a home page: its host, or one under the same domain
    (``www.`` aside), so that news.school.edu.cn belongs to www.school.edu.cn."""
    domain = (urlsplit(home).hostname or "").lower().removeprefix("www.")

    def belongs(url: str) -> bool:
        try:
            host = (urlsplit(url).hostname or "").lower()
        except ValueError:
            return False
        return host == domain or host.endswith("." + domain)

    return belongs


def decoded(body: bytes, content_type: str) -> str:
    """The page as text: by its declared encoding, else UTF-8, else GB18030."""
    declared = _CHARSET.search(content_type.encode("ascii", "replace")) or _CHARSET.search(body[:2048])
    names = [declared[1].decode("ascii").lower()] if declared else []
    # Pages that say gb2312 use GBK's characters too; GB18030 contains both.
    names = ["gb18030" if name in ("gb2312", "gbk") else name for name in names]
    for name in [*names, "utf-8", "gb18030"]:
        try:
            return body.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    return body.decode("utf-8", "replace")


def _read(body: bytes, content_type: str) -> _Page:
    html = decoded(body, content_type)[:MAX_HTML]
    page, at = _Page(), 0
    while (start := html.find("<", at)) >= 0:
        page.text.append(html[at:start])
        at = _after(html, start, page)
    page.text.append(html[at:])
    return page


def _after(html: str, start: int, page: _Page) -> int:
    """Where to go on behind a "<": behind the comment, the tag, or the whole element that shows no text."""
    if html.startswith("<!--", start):
        end = html.find("-->", start + 4)
        return len(html) if end < 0 else end + 3
    if html.startswith(("<!", "<?"), start):
        end = html.find(">", start, start + MAX_TAG)
        return start + 2 if end < 0 else end + 1
    tag = _TAG.match(html, start, start + MAX_TAG)
    if tag is None:
        page.text.append("<")
        return start + 1
    name = tag[2].lower()
    if not tag[1] and name in _HIDDEN:
        ended = _ENDS[name].search(html, tag.end())
        return ended.end() if ended else len(html)
    if not tag[1] and name in ("a", "area", "base"):
        _take_link(name, tag[3], page)
    return tag.end()


def _take_link(name: str, attributes: str, page: _Page) -> None:
    named = {found[1].lower(): found[2] for found in reversed(list(_ATTRIBUTE.finditer(attributes)))}
    href = unescape(named.get("href", "").strip("\"'")).strip()
    if name == "base":
        page.base = page.base or href
    elif href and len(page.links) < MAX_LINKS:
        page.links.append(href)


def _plain(url: str) -> str | None:
    """An address without its fragment and default port; None for what is not a web address."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or parts.username:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = parts.port
    netloc = host if port in (None, _PORTS[parts.scheme]) else f"{host}:{port}"
    return urlunsplit(SplitResult(parts.scheme, netloc, parts.path or "/", parts.query, ""))


def _pieces(text: str) -> Counter[str]:
    plain = "".join(text.split())
    return Counter(plain[start : start + SHINGLE] for start in range(len(plain) - SHINGLE + 1))
