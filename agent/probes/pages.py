"""HTML as a crawler needs it: the links of a page, its visible text, and how alike two texts are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

SHINGLE = 4
"""Characters that are compared at a time: long enough for Chinese, where a character is nearly a word."""
MAX_TEXT = 200_000
MAX_LINKS = 2_000

_HIDDEN = frozenset({"script", "style", "noscript", "template", "title"})
_PORTS = {"http": 80, "https": 443}
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.IGNORECASE)
_NOT_PAGES = re.compile(
    r"\.(?:zip|rar|7z|gz|exe|apk|iso|mp4|avi|mov|flv|wmv|mp3|docx?|xlsx?|pptx?|pdf)$", re.I
)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.text: list[str] = []
        self.base = ""
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self._hidden += tag in _HIDDEN
        if tag in ("a", "area") and named.get("href") and len(self.links) < MAX_LINKS:
            self.links.append(named["href"] or "")
        elif tag == "base" and not self.base:
            self.base = named.get("href") or ""

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._hidden -= tag in _HIDDEN

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN and self._hidden:
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.text.append(data)


def is_html(content_type: str, body: bytes) -> bool:
    """Whether a body is a page with links."""
    return "html" in content_type.lower() or (not content_type and b"<" in body[:512])


def links_of(url: str, body: bytes, content_type: str, wanted: Callable[[str], bool]) -> list[str]:
    """The addresses that a page links to and that are wanted, each once, in the order of the page."""
    reader = _read(body, content_type)
    found: dict[str, None] = {}
    for href in reader.links:
        try:
            link = _plain(urljoin(urljoin(url, reader.base), href.strip()))
        except ValueError:
            continue
        if link and wanted(link) and not _NOT_PAGES.search(urlsplit(link).path):
            found[link] = None
    return list(found)


def text_of(body: bytes, content_type: str) -> str:
    """The visible text of a page, white space as single spaces."""
    return " ".join(" ".join(_read(body, content_type).text).split())[:MAX_TEXT]


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


def _read(body: bytes, content_type: str) -> _Reader:
    reader = _Reader()
    reader.feed(decoded(body, content_type))
    reader.close()
    return reader


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
