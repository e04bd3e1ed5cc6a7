"""The [agent.probes] tables: what is tested, how often, and when a load test may run."""

from __future__ import annotations

import re
from datetime import date, time
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from inventory.config import Section
from inventory.words import _

_WINDOW = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise ValueError(_("must be an address such as https://www.example.edu.cn/ without a user name"))
    return text


def _host(text: str) -> str:
    if not text or any(sign in text for sign in "/ []") or len(text) > 253:
        raise ValueError(_("must be a host name or an IP address, without a port"))
    return text.rstrip(".")


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise ValueError(_("must be an IP address")) from None


def _window(text: str) -> str:
    window_of(text)
    return text


def _days(text: str) -> str:
    days_of(text)
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(_("must be the name of a time zone such as Asia/Shanghai")) from None
    return text


Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^:\s]+$")]
Url = Annotated[str, AfterValidator(_url)]
Host = Annotated[str, AfterValidator(_host)]
Zone = Annotated[str, AfterValidator(_zone)]
Port = Annotated[int, Field(ge=1, le=65535)]


class TcpTarget(Section):
    """A host that answers TCP: tried over each IP version that it can have."""

    name: Name
    host: Host
    port: Port = 443


class Resolver(Section):
    """A resolver handed to clients."""

    name: Name
    address: Annotated[str, AfterValidator(_address)]
    port: Port = 53


class Page(Section):
    """A page, or a registered site by its home page."""

    name: Name
    url: Url


class Throughput(Section):
    """A load test against the county's iperf3 server, and when it may disturb the school."""

    server: Host
    name: Name = "county"
    port: Port = 5201
    streams: int = Field(default=8, ge=1, le=128)
    seconds: int = Field(default=30, ge=1, le=300)
    reference_mbps: float = Field(default=10_000, gt=0)
    nic_mbps: float | None = Field(default=None, gt=0)
    windows: tuple[Annotated[str, AfterValidator(_window)], ...] = ("22:00-05:00",)
    timezone: Zone = "Asia/Shanghai"
    not_on: tuple[Annotated[str, AfterValidator(_days)], ...] = ()
    max_busy_ratio: float = Field(default=0.2, gt=0, le=1)
    max_cpu_ratio: float = Field(default=0.9, gt=0, le=1)


class Intervals(Section):
    """Seconds between two tests of a kind."""

    tcp_s: int = Field(default=300, ge=10)
    dns_s: int = Field(default=3600, ge=60)
    http_s: int = Field(default=3600, ge=60)
    parity_s: int = Field(default=3600, ge=60)
    throughput_s: int = Field(default=86_400, ge=3600)
    crawl_s: int = Field(default=604_800, ge=3600)


class ProbesSettings(Section):
    """``resolvers`` empty: those of this computer. ``names``: what resolvers are asked for.
    ``dual_stack``: hosts to compare the two IP versions by."""

    tcp: tuple[TcpTarget, ...] = ()
    resolvers: tuple[Resolver, ...] = ()
    names: tuple[Host, ...] = ()
    http: tuple[Page, ...] = ()
    dual_stack: tuple[TcpTarget, ...] = ()
    site: tuple[Page, ...] = ()
    throughput: Throughput | None = None
    intervals: Intervals = Intervals()
    ca_file: Path | None = None
    at_once: int = Field(default=8, ge=1, le=64)
    crawl_limit_s: float = Field(default=1200.0, gt=0, le=7200)

    @model_validator(mode="after")
    def _names_once(self) -> ProbesSettings:
        lists: dict[str, list[str]] = {
            "tcp": [item.name for item in self.tcp],
            "resolvers": [item.name for item in self.resolvers],
            "http, site": [item.name for item in (*self.http, *self.site)],
            "dual_stack": [item.name for item in self.dual_stack],
        }
        for where, names in lists.items():
            if twice := sorted({name for name in names if names.count(name) > 1}):
                raise ValueError(
                    _("names given twice in %(where)s: %(names)s")
                    % {"where": where, "names": ", ".join(twice)}
                )
        return self


def window_of(text: str) -> tuple[time, time | None]:
    """Beginning and end of "22:00-05:00"; an end of None is midnight. Raises ValueError."""
    match = _WINDOW.fullmatch(text)
    if not match or (match[3] == "24" and match[4] != "00"):
        raise ValueError(_('must be hours such as "22:00-05:00"'))
    end = None if match[3] == "24" else time(int(match[3]), int(match[4]))
    return time(int(match[1]), int(match[2])), end


def days_of(text: str) -> tuple[date, date]:
    """First and last day of "2027-06-07" or "2027-06-07..2027-06-10". Raises ValueError."""
    first, _dots, last = text.partition("..")
    try:
        found = date.fromisoformat(first), date.fromisoformat(last or first)
    except ValueError:
        raise ValueError(_('must be a day or days such as "2027-06-07..2027-06-10"')) from None
    if found[1] < found[0]:
        raise ValueError(_("the last day is before the first"))
    return found
