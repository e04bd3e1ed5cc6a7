"""Pieces that the answers of many devices have in common: addresses, numbers, and how they say no."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence

_REFUSALS = re.compile(
    r"^\s*(?:%+ ?(?:unrecogni[sz]ed|invalid|unknown|incomplete|ambiguous|bad|wrong|command)\b.*"
    r"|%* ?error: ?(?:unrecogni[sz]ed|incomplete|wrong|too many|unknown|the command).*"
    r"|error: ?no such command.*|unknown (?:command|action|keyword).*|invalid (?:input|command|syntax).*"
    r"|bad command name.*|expected (?:end of command|command name).*|no such (?:command|item).*"
    r"|syntax error.*|command (?:not found|parse error|fail|error).*|.*: (?:command )?not found"
    r"|.*: invalid option.*"
    r"|.*(?:unrecognized command found at|wrong parameter found at|incomplete command found at).*"
    r"|%? ?(?:permission denied|authori[sz]ation failed|access denied|.*insufficient privilege).*"
    r"|cli: unknown command.*|invalid input:.*|object .* is unknown.*"
    r"|(?:错误|无效|未知).{0,12}命令.*)$",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"\b(?:total|number of|count|entries|neighbou?rs?|routes)\b[^\n\d]{0,40}[:=]?\s*0\b"
    r"|\bno (?:\w+[ -]){0,4}(?:found|entr\w*|neighbou?rs?|information|routes?|devices?|transceivers?)\b"
    r"|\bno (?:\w+[ -]){0,4}(?:interfaces?|modules?|aps?|access points?)\b"
    r"|\bnot (?:present|exist|found|running|enabled|activated|configured|installed)\b"
    r"|\bis (?:disabled|empty)\b"
    r"|没有|不存在|未使能|未安装|无表项",
    re.IGNORECASE,
)
_MARK = re.compile(r"^\s*\^+\s*$")
_HEAD = 6


def refusal(lines: Sequence[str]) -> str | None:
    """The device's words where it does not have a command or keeps it from this user; else None."""
    head = [line for line in lines[:_HEAD] if line.strip()]
    for line in head:
        if _REFUSALS.match(line):
            return line.strip()
    marked = any(_MARK.match(line) for line in head)
    return " ".join(line.strip() for line in head) if marked and len(head) < _HEAD - 2 else None


def says_none(lines: Iterable[str]) -> bool:
    """Whether an answer without rows says so: nothing at all, a count of 0, "not found"."""
    text = "\n".join(line for line in lines if line.strip())
    return not text or bool(_NONE.search(text))


def ipv6(word: str) -> ipaddress.IPv6Address | None:
    """An IPv6 address, with or without prefix length, zone and the punctuation of a sentence."""
    bare = word.strip("[](),;").split("/")[0].split("%")[0]
    try:
        return ipaddress.IPv6Address(bare)
    except ValueError:
        return None


def number(word: str) -> float | None:
    """The first decimal number in a text; None for "-", "N/A" and "--"."""
    found = re.search(r"[-+]?\d+(?:\.\d+)?", word)
    return float(found.group()) if found else None


def value_of(line: str) -> tuple[str, str] | None:
    """Name and value of a line "Name : value"; None for other lines. The colon of an address is none."""
    found = re.match(r"\s*([^:：]{1,60}?)\s*[:：](?:\s+(.*)|)$", line) or re.match(
        r"\s*([^:：]{1,60}?)\s*[:：]\s*([^:：].*)$", line
    )
    return (found.group(1).strip(), (found.group(2) or "").strip()) if found else None
