"""Active tests: what an agent tried by itself, and what came of it (docs/probes.md).

A result is a record of one attempt, not a verdict: "two of three targets answer" and "80 % of the link" are
decided later, from many of them. A number never stands without its validity: where ``ok`` is None the test
proves nothing by itself and ``reason`` says why; a throughput then is a lower bound at best.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from inventory.words import N_

PROBE_SCHEMA = "wanzhao.probe/1"

ProbeKind = Literal["tcp", "dns", "http", "parity", "throughput", "crawl"]
PROBE_KINDS: tuple[ProbeKind, ...] = ("tcp", "dns", "http", "parity", "throughput", "crawl")

Family = Literal["ipv4", "ipv6", "both"]
"""The IP version that was forced; "both" for a comparison of the two."""

AGENT = "agent@"
"""The device under which an agent ships the results of its own tests: this and its campus."""
PROBE = "probe:"
"""How the subject of a test's facts begins: ``probe:<kind>:<name>:<family>``."""


class ProbeResult(msgspec.Struct, frozen=True, kw_only=True):
    """One active test. ``at`` is when it was due (ISO 8601, UTC). ``value`` is in ``unit``: "ms" (connect or
    page), "ratio" (0..1) or "Mbit/s" (TCP payload). ``details`` is how it was measured."""

    schema: str = PROBE_SCHEMA
    kind: ProbeKind
    name: str
    family: Family
    target: str
    at: str
    ok: bool | None
    value: float | None = None
    unit: Literal["ms", "ratio", "Mbit/s"] | None = None
    reason: str | None = None
    details: dict[str, str | int | float] = {}

    @property
    def subject(self) -> str:
        """What its facts are about."""
        return f"{PROBE}{self.kind}:{self.name}:{self.family}"


PROBE_REASONS: dict[str, str] = {
    # The network said no, or nothing.
    "refused": N_("the other end refuses the connection"),
    "timeout": N_("no answer in time"),
    "unreachable": N_("a router on the way says that it cannot be reached"),
    "no_route": N_("this computer has no route there"),
    "no_source": N_("this computer has no address to send from"),
    "prohibited": N_("a packet filter on this computer or on the way forbids it"),
    "reset": N_("the other end broke the connection off"),
    "network_error": N_("the network refused"),
    # Names
    "no_address": N_("the name has no address of this family"),
    "no_such_name": N_("the name does not exist"),
    "servfail": N_("the resolver could not find out (SERVFAIL)"),
    "dns_refused": N_("the resolver refuses to answer"),
    "dns_timeout": N_("the resolver did not answer in time"),
    "dns_error": N_("the resolver's answer makes no sense"),
    "truncated": N_("the answer was cut short and could not be had over TCP"),
    "not_global": N_("the address is not a global one"),
    "no_resolver": N_("no resolver of this family is known"),
    # Web
    "certificate": N_("the certificate is not valid for this site"),
    "tls": N_("the encrypted connection could not be set up"),
    "bad_status": N_("the server answers with an error"),
    "redirect_loop": N_("the pages send a browser round in circles"),
    "bad_answer": N_("the answer is not HTTP"),
    "crawl_unfinished": N_("the time for this site was used up; the shares are of what was tried"),
    "links_failing": N_("links of the site do not answer over IPv6"),
    # Throughput
    "outside_window": N_("not within the hours allowed for load tests"),
    "link_busy": N_("the uplink was in use before the test"),
    "link_load_unknown": N_("it is not known how busy the uplink was before the test"),
    "probe_nic_too_slow": N_("this computer's network card is slower than what is to be proved"),
    "probe_nic_unknown": N_("the speed of this computer's network card is not known"),
    "cpu_bound": N_("this computer or the server had no processor time left: the link may carry more"),
    "no_server": N_("the test server does not answer"),
    "server_busy": N_("the test server is busy with another test"),
    "iperf3_missing": N_("iperf3 is not installed on this computer"),
    "test_failed": N_("the test ended before it had a result"),
    "probe_error": N_("a fault of wanzhao; see its log"),
}
"""The closed list of reasons, in words."""
