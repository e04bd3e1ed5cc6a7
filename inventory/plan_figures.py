"""Which figures a quote carries: in digits, as a share, as a rate, or in words that a person confirms."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Literal

ALL_WORDS = ("全覆盖", "全面", "所有", "全纳入", "全部", "全县", "全区", "全市")
"""Words that may carry 100 %."""
RATE_WORDS = {"百兆": 100, "千兆": 1000, "万兆": 10_000}
"""Words that carry a rate, Mbit/s."""

Carried = Literal["", "figure", "words"]
"""Not at all; as a figure; in words that may mean something else."""

_MARKS = str.maketrans("", "", "“”\"'「」『』《》 ")
_DIGITS = "零一二三四五六七八九"
_DIGIT = {**{char: n for n, char in enumerate(_DIGITS)}, "〇": 0, "两": 2}
_UNIT = {"十": 10, "百": 100, "千": 1000}
_HANZI = "零〇一二两三四五六七八九十百千万"
_NUMBER = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+(?:\.[0-9]+)?")
_WORDED = re.compile(f"[{_HANZI}]+")
_PER_CENT = re.compile(rf"百分之([{_HANZI}]+(?:点[{_HANZI}]+)?|[0-9]+(?:\.[0-9]+)?)")
_TENTHS = re.compile(r"([一二两三四五六七八九]|(?<![0-9.])[1-9])成(?:([一二三四五六七八九])|(半))?")
_FRACTION = re.compile(rf"([{_HANZI}]+|[0-9]+)分之([{_HANZI}]+|[0-9]+)")
_GIGABIT = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?(G|T|M)(?:bps|bit/s|b/s)?(?![A-Za-z])", re.IGNORECASE)
_RATE = re.compile("|".join(RATE_WORDS))
_MBPS = {"M": 1, "G": 1000, "T": 1_000_000}


def carries(quote: Sequence[str], value: float, *, is_share: bool = False) -> Carried:
    """Whether a number stands in a quote. ``is_share``: it is a percentage."""
    # Parts of a quote stand apart in the plan: no figure runs from one into the next.
    text = plain("\n".join(quote))
    if value in _figures(text):
        return "figure"
    words = set(_worded(text)) | (set(_shares(text)) if is_share else set())
    is_all = is_share and value == 100 and any(word in text for word in ALL_WORDS)
    is_part = is_share and any(part - 0.1 < value <= part for part in _fractions(text))
    return "words" if value in words or is_all or is_part else ""


def names(quote: Sequence[str], name: str) -> bool:
    """Whether a name stands in a quote, quotation marks and blanks apart. Parts of a quote may be one word
    that the archive broke."""
    return name.translate(_MARKS) in "".join(quote).translate(_MARKS)


def carries_ratio(quote: Sequence[str], ratio: float) -> Carried:
    """Whether a ratio 0..1 stands in a quote, as itself or as a percentage."""
    direct = carries(quote, ratio)
    return direct or carries(quote, round(ratio * 100, 6), is_share=True)


def carries_rate(quote: Sequence[str], mbps: float) -> Carried:
    """Whether a rate stands in a quote: 万兆, 10G, 10 Gbps or 10000."""
    text = plain("\n".join(quote))
    found = {float(number) * _MBPS[unit.upper()] for number, unit in _GIGABIT.findall(text)}
    found |= {float(rate) for word, rate in RATE_WORDS.items() if word in text}
    return "figure" if mbps in found else carries(quote, mbps)


def is_percentage(quote: Sequence[str], value: float) -> bool:
    """Whether a figure of the quote is followed by a sign or word for per cent."""
    text = plain("\n".join(quote))
    marks = (found for found in _NUMBER.finditer(text) if _float(found[0]) == value)
    return any(re.match(r"\s*(?:%|个百分点)", text[found.end() :]) for found in marks) or value in set(
        _shares(text)
    )


def plain(text: str) -> str:
    """The text with its full-width digits, letters and signs made plain: ６０％ becomes 60%."""
    return unicodedata.normalize("NFKC", text)


def hanzi_number(word: str) -> int:
    """The number that Chinese characters write: 六十 60, 一百零五 105, 二〇二五 2025."""
    if not set(word) & {*_UNIT, "万"}:
        return int("".join(str(_DIGIT[char]) for char in word))
    total = section = digit = 0
    for char in word:
        if char == "万":
            total, section, digit = (total + section + digit or 1) * 10_000, 0, 0
        elif char in _UNIT:
            section, digit = section + (digit or 1) * _UNIT[char], 0
        else:
            digit = _DIGIT[char]
    return total + section + digit


def _figures(text: str) -> set[float]:
    return {_float(number) for number in _NUMBER.findall(text)}


def _float(number: str) -> float:
    return float(number.replace(",", ""))


def _worded(text: str) -> Iterator[float]:
    """Numbers in Chinese characters, but for those of shares, fractions and rates."""
    for shares in (_PER_CENT, _TENTHS, _FRACTION, _RATE):
        text = shares.sub("\n", text)
    yield from (float(hanzi_number(word)) for word in _WORDED.findall(text))


def _shares(text: str) -> Iterator[float]:
    """Percentages in words: 百分之六十, 八成, 八成五, 一半."""
    for word in _PER_CENT.findall(text):
        whole, _point, part = word.partition("点")
        if whole[0] in _HANZI:
            yield float(f"{hanzi_number(whole)}.{''.join(str(_DIGIT.get(char, 0)) for char in part) or 0}")
        else:
            yield float(word)
    for tenths, unit, half in _TENTHS.findall(text):
        digit = _DIGIT.get(tenths) or int(tenths)
        yield 10.0 * digit + (_DIGIT[unit] if unit else 5 if half else 0)
    if "一半" in text or "半数" in text:
        yield 50.0


def _fractions(text: str) -> Iterator[float]:
    """Percentages of fractions: 三分之二 is 66.66... A goal may not lie above it."""
    for below, above in _FRACTION.findall(text):
        denominator, numerator = (int(n) if n.isdecimal() else hanzi_number(n) for n in (below, above))
        if denominator not in (0, 100) and 0 < numerator <= denominator:
            yield 100 * numerator / denominator
