"""The closed list of reason codes that accompany every fail and unknown, and their words.

They drive the lists of work: a fail is mended (整改), an unknown is proved (补证).
"""

from __future__ import annotations

from inventory.words import N_, Language, say

REASONS: dict[str, str] = {
    # unknown: nobody can tell
    "no_data": N_("no poll in the window has reached the county"),
    "low_coverage": N_("too many polls are missing to decide"),
    "holiday": N_("too few school days in the last 60 days"),
    "stale": N_("the last reading is too old"),
    "register_empty": N_("the register was never filled in"),
    "area_register_empty": N_("the list of rooms is not confirmed"),
    "area_unmapped": N_("rooms without an access point in the register"),
    "uplink_not_declared": N_("no uplink port is declared in the register"),
    "uplink_port_not_found": N_("the declared uplink port is not on the device"),
    "uplink_port_logical": N_("the declared uplink is a routed interface; the register has to name the port"),
    "gateway_unmanaged": N_("the gateway is not read by the agent"),
    "speed_not_reported": N_("the port is up but the device does not tell its speed"),
    "not_supported_by_device": N_("the device does not offer the table that would prove it"),
    "table_unreadable": N_("the device's table could not be read completely"),
    "controller_unreadable": N_("the wireless controller cannot be read"),
    "ap_register_empty": N_("no access points are in the register"),
    "user_vlans_not_declared": N_("no user networks are declared in the register"),
    "no_probe": N_("the agent makes no active test of this"),
    "probe_targets_few": N_("the agent tests fewer than three targets"),
    "probe_no_address": N_("the agent has no global IPv6 address, and nobody knows whether it should"),
    "contract_missing": N_("no contract is in the register"),
    "evidence_unreviewed": N_("the document is not reviewed yet"),
    "not_computed": N_("this version does not compute the metric yet"),
    "leg_unknown": N_("a part of the verdict is unknown"),
    "campus_unknown": N_("a campus is unknown"),
    "no_campus": N_("no campus is in the register"),
    # fail: it is known not to be so
    "uplink_down": N_("the uplink is down"),
    "device_down": N_("the device did not answer while others at the school did"),
    "negotiated_1000": N_("the port runs at 1 Gbit/s"),
    "below_speed": N_("the port runs below the required speed"),
    "lag_member_1g": N_("the members of the aggregate are slower than required"),
    "shared_medium": N_("the access medium is shared (PON)"),
    "contract_expired": N_("the contract has expired"),
    "contract_below": N_("the contracted bandwidth is below the requirement"),
    "no_global_address": N_("no global IPv6 address on the uplink"),
    "no_default_route": N_("no IPv6 default route"),
    "next_hop_dead": N_("the next hop of the IPv6 default route does not answer"),
    "aaaa_missing": N_("a resolver does not give IPv6 addresses for names that have them"),
    "ipv6_unreachable": N_("reference targets cannot be reached over IPv6"),
    "no_address_on_lan": N_("the networks have a prefix, but the agent got no IPv6 address"),
    "prefix_missing": N_("user networks without an IPv6 prefix"),
    "no_router_advert": N_("user networks without router advertisements"),
    "ap_offline": N_("registered access points are offline or missing"),
    "area_without_ap": N_("main rooms without a working access point"),
    "declared_none": N_("declared as absent by the school"),
    "agent_silent": N_("agents have not reported"),
    "leg_failed": N_("a part of the verdict fails"),
    "campus_failed": N_("a campus fails"),
    "field_empty": N_("required fields of the register are empty"),
    "below_threshold": N_("below the required value"),
}


def words(code: str, language: Language) -> str:
    """A reason in words; an unknown code is shown as it is."""
    return say(REASONS.get(code, code), language)
