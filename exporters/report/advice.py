"""What to do next about each reason, and who can do it. A test checks that no reason lacks its advice."""

from __future__ import annotations

from dataclasses import dataclass

from inventory.words import N_


@dataclass(frozen=True, slots=True)
class Advice:
    """``who`` and ``do`` are N_ messages."""

    who: str
    do: str


SCHOOL = N_("school")
COUNTY = N_("county")
CARRIER = N_("carrier")
SCHOOL_CARRIER = N_("school and carrier")
AGENT = N_("agent keeper")

ADVICE: dict[str, Advice] = {
    # unknown: prove it
    "no_data": Advice(AGENT, N_("See that the agent has power, runs and reaches the collector")),
    "low_coverage": Advice(
        AGENT, N_("Find why polls are missing: power, agent, or the way to the collector")
    ),
    "holiday": Advice(COUNTY, N_("Wait for school days, or check the holidays in the calendar")),
    "stale": Advice(AGENT, N_("Read the device again; see when the agent last reached it")),
    "register_empty": Advice(COUNTY, N_("Fill in the register of this school")),
    "area_register_empty": Advice(SCHOOL, N_("List the rooms, then set areas_confirmed of the campus")),
    "area_unmapped": Advice(
        SCHOOL, N_("Name for each room the access point that serves it, or declare none")
    ),
    "uplink_not_declared": Advice(SCHOOL, N_("Enter the device and port that lead to the education network")),
    "uplink_port_not_found": Advice(
        SCHOOL, N_("Compare the port's name in the register with the device's list: wanzhao agent poll")
    ),
    "uplink_port_logical": Advice(
        SCHOOL, N_("Name the physical port or aggregate below the routed interface")
    ),
    "gateway_unmanaged": Advice(
        SCHOOL_CARRIER, N_("Open read-only SNMP on the gateway to the agent's address")
    ),
    "speed_not_reported": Advice(
        SCHOOL, N_("Update the device's software, or name a port that tells its speed")
    ),
    "not_supported_by_device": Advice(
        COUNTY, N_("Prove it by a document or a test on site; plan a replacement")
    ),
    "table_unreadable": Advice(AGENT, N_("Poll the device by hand and look at the table's status and time")),
    "controller_unreadable": Advice(
        SCHOOL, N_("Open read-only SNMP on the wireless controller to the agent")
    ),
    "ap_register_empty": Advice(SCHOOL, N_("Enter the access points with their MAC or serial number")),
    "user_vlans_not_declared": Advice(
        SCHOOL, N_("Enter the user networks and the interface that serves each")
    ),
    "no_probe": Advice(COUNTY, N_("Prove it by a test on site; this agent does not test it")),
    "probe_targets_few": Advice(AGENT, N_("Name at least three targets in [[agent.probes.tcp]]")),
    "probe_no_address": Advice(AGENT, N_("Put the agent into a user network that has IPv6")),
    "contract_missing": Advice(
        SCHOOL_CARRIER, N_("Enter the contract with its bandwidth, dates and document")
    ),
    "evidence_unreviewed": Advice(COUNTY, N_("Review the document and accept or reject it")),
    "not_computed": Advice(COUNTY, N_("Prove it by documents for now; this version does not compute it")),
    "leg_unknown": Advice(COUNTY, N_("See the parts of the verdict that are unknown")),
    "campus_unknown": Advice(COUNTY, N_("See the campus that is unknown")),
    "no_campus": Advice(COUNTY, N_("Enter the campuses of this school")),
    # fail: mend it
    "uplink_down": Advice(CARRIER, N_("Report the line as broken; check optics, fibre and the far end")),
    "device_down": Advice(SCHOOL, N_("Check power and console of the device; others at the school answered")),
    "negotiated_1000": Advice(
        SCHOOL_CARRIER, N_("Fit 10G optics on both ends, check speed settings and the carrier's port")
    ),
    "below_speed": Advice(SCHOOL_CARRIER, N_("Move the uplink to a faster port on both ends")),
    "lag_member_1g": Advice(SCHOOL, N_("Replace the bundle of 1G ports by 10G ports")),
    "shared_medium": Advice(CARRIER, N_("Ask for a line of its own instead of shared PON")),
    "contract_expired": Advice(COUNTY, N_("Renew the contract and enter the new dates")),
    "contract_below": Advice(COUNTY, N_("Order more bandwidth from the carrier")),
    "no_global_address": Advice(CARRIER, N_("Ask the carrier for IPv6 and configure it on the uplink")),
    "no_default_route": Advice(
        SCHOOL_CARRIER, N_("Configure ::/0 or accept router advertisements on the uplink")
    ),
    "next_hop_dead": Advice(
        SCHOOL_CARRIER, N_("Check the far end of the uplink: its IPv6 address does not answer")
    ),
    "aaaa_missing": Advice(SCHOOL_CARRIER, N_("Give clients resolvers that answer AAAA")),
    "ipv6_unreachable": Advice(
        SCHOOL_CARRIER, N_("Follow IPv6 from a classroom outwards: gateway, carrier, education network")
    ),
    "no_address_on_lan": Advice(
        SCHOOL, N_("See why computers get no IPv6 address: router advertisements, DHCPv6, switch filters")
    ),
    "prefix_missing": Advice(SCHOOL, N_("Give each user network a /64 and advertise it")),
    "no_router_advert": Advice(
        SCHOOL, N_("Switch on router advertisements on the interface of each user network")
    ),
    "ap_offline": Advice(SCHOOL, N_("Check power over Ethernet and cabling of the missing access points")),
    "area_without_ap": Advice(SCHOOL, N_("Fit or mend an access point for each room on the list")),
    "declared_none": Advice(COUNTY, N_("Put it into the plan of purchases")),
    "agent_silent": Advice(
        AGENT, N_("Call the schools whose agent is silent; check power and network there")
    ),
    "leg_failed": Advice(COUNTY, N_("See the parts of the verdict that fail")),
    "campus_failed": Advice(COUNTY, N_("See the campus that fails")),
    "field_empty": Advice(COUNTY, N_("Fill in the required fields of the register")),
    "below_threshold": Advice(SCHOOL, N_("Compare the value with the required one and close the gap")),
}
