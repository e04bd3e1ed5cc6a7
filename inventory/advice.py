"""What to do next about each reason, and who can do it. A test checks that no reason lacks its advice."""

from __future__ import annotations

from dataclasses import dataclass

from inventory.words import N_


@dataclass(frozen=True, slots=True)
class Advice:
    """``who`` and ``do`` are N_ messages, ``step`` is one of STEPS."""

    who: str
    step: str
    do: str


# Steps, the cheapest first: words cost less than work, work less than buying.
NOTHING, WAIT, REVIEW, REGISTER, PAPER = "nothing", "wait", "review", "register", "paper"
AGENT_WORK, SETTING, TEST, SITE = "agent", "setting", "test", "site"
CABLE, PORT, MODULE, CARRIER_WORK = "cable", "port", "module", "carrier"
CONTRACT, DEVICE, SWITCH, PARTS = "contract", "device", "switch", "parts"
STEPS: dict[str, str] = {
    NOTHING: N_("nothing"),
    WAIT: N_("wait"),
    REVIEW: N_("review of a document"),
    REGISTER: N_("entry in the register"),
    PAPER: N_("document"),
    AGENT_WORK: N_("agent"),
    SETTING: N_("setting of a device"),
    TEST: N_("active test"),
    SITE: N_("test on site"),
    CABLE: N_("cable"),
    PORT: N_("another port"),
    MODULE: N_("transceiver"),
    CARRIER_WORK: N_("carrier"),
    CONTRACT: N_("contract"),
    DEVICE: N_("device"),
    SWITCH: N_("switch or gateway"),
    PARTS: N_("see the parts"),
}
"""Kinds of steps in words, the cheapest first."""

SCHOOL = N_("school")
COUNTY = N_("county")
CARRIER = N_("carrier")
SCHOOL_CARRIER = N_("school and carrier")
AGENT = N_("agent keeper")

ADVICE: dict[str, Advice] = {
    # unknown: prove it
    "no_data": Advice(AGENT, AGENT_WORK, N_("See that the agent has power, runs and reaches the collector")),
    "low_coverage": Advice(
        AGENT, AGENT_WORK, N_("Find why polls are missing: power, agent, or the way to the collector")
    ),
    "holiday": Advice(COUNTY, WAIT, N_("Wait for school days, or check the holidays in the calendar")),
    "stale": Advice(AGENT, AGENT_WORK, N_("Read the device again; see when the agent last reached it")),
    "register_empty": Advice(COUNTY, REGISTER, N_("Fill in the register of this school")),
    "area_register_empty": Advice(
        SCHOOL, REGISTER, N_("List the rooms, then set areas_confirmed of the campus")
    ),
    "area_unmapped": Advice(
        SCHOOL, REGISTER, N_("Name for each room the access point that serves it, or declare none")
    ),
    "uplink_not_declared": Advice(
        SCHOOL, REGISTER, N_("Enter the device and port that lead to the education network")
    ),
    "uplink_port_not_found": Advice(
        SCHOOL,
        REGISTER,
        N_("Compare the port's name in the register with the device's list: wanzhao agent poll"),
    ),
    "uplink_port_logical": Advice(
        SCHOOL, REGISTER, N_("Name the physical port or aggregate below the routed interface")
    ),
    "gateway_unmanaged": Advice(
        SCHOOL_CARRIER, SETTING, N_("Open read-only SNMP on the gateway to the agent's address")
    ),
    "far_end_port": Advice(SCHOOL, REGISTER, N_("Declare the port on the school's own device")),
    "speed_not_reported": Advice(
        SCHOOL, SETTING, N_("Update the device's software, or name a port that tells its speed")
    ),
    "not_supported_by_device": Advice(
        COUNTY, PAPER, N_("Prove it by a document or a test on site; plan a replacement")
    ),
    "table_unreadable": Advice(
        AGENT, AGENT_WORK, N_("Poll the device by hand and look at the table's status and time")
    ),
    "controller_unreadable": Advice(
        SCHOOL, SETTING, N_("Open read-only SNMP on the wireless controller to the agent")
    ),
    "ap_register_empty": Advice(
        SCHOOL, REGISTER, N_("Enter the access points with their MAC or serial number")
    ),
    "user_vlans_not_declared": Advice(
        SCHOOL, REGISTER, N_("Enter the user networks and the interface that serves each")
    ),
    "route_not_asked": Advice(
        AGENT,
        AGENT_WORK,
        N_("Name the prefix under route_prefixes of the device in the agent's configuration"),
    ),
    "standby_not_ready": Advice(
        SCHOOL_CARRIER,
        SETTING,
        N_("Look at the standby controller: power, link, software version"),
    ),
    "no_probe": Advice(COUNTY, TEST, N_("Prove it by a test on site; this agent does not test it")),
    "probe_targets_few": Advice(AGENT, AGENT_WORK, N_("Name at least three targets in [[agent.probes.tcp]]")),
    "probe_no_address": Advice(AGENT, AGENT_WORK, N_("Put the agent into a user network that has IPv6")),
    "contract_missing": Advice(
        SCHOOL_CARRIER, PAPER, N_("Enter the contract with its bandwidth, dates and document")
    ),
    "evidence_unreviewed": Advice(COUNTY, REVIEW, N_("Review the document and accept or reject it")),
    "not_computed": Advice(
        COUNTY, PAPER, N_("Prove it by documents for now; this version does not compute it")
    ),
    "leg_unknown": Advice(COUNTY, PARTS, N_("See the parts of the verdict that are unknown")),
    "campus_unknown": Advice(COUNTY, PARTS, N_("See the campus that is unknown")),
    "no_campus": Advice(COUNTY, REGISTER, N_("Enter the campuses of this school")),
    "evidence_missing": Advice(SCHOOL, PAPER, N_("Hand in the document and enter its file")),
    "evidence_rejected": Advice(
        SCHOOL, PAPER, N_("Mend the document as its review says and hand it in again")
    ),
    "evidence_expired": Advice(SCHOOL, PAPER, N_("Hand in a document that is valid today")),
    "facility_missing": Advice(
        SCHOOL, PAPER, N_("Enter what there is with its document, or declare that there is none")
    ),
    "enrolment_missing": Advice(SCHOOL, REGISTER, N_("Enter the numbers of students and staff")),
    "reference_unknown": Advice(SCHOOL, REGISTER, N_("First settle the uplink's port and contract")),
    "no_test_node": Advice(
        COUNTY, TEST, N_("Set up a test server at the county and [[agent.probes.throughput]] at the school")
    ),
    "probe_nic_too_slow": Advice(
        SCHOOL, TEST, N_("Test from a computer with a network card as fast as the link")
    ),
    "test_invalid": Advice(AGENT, TEST, N_("Test again when the link is idle")),
    "too_few_samples": Advice(
        AGENT, AGENT_WORK, N_("Find why samples are missing: agent, device, or the way to the collector")
    ),
    "no_counters": Advice(
        COUNTY, PAPER, N_("Prove it by another device or a document; this one does not count it")
    ),
    "no_ddm": Advice(SCHOOL, MODULE, N_("Fit a transceiver that measures its light (DDM)")),
    "route_undeclared": Advice(
        SCHOOL_CARRIER, REGISTER, N_("Ask the carriers for the ways of the cables and enter them")
    ),
    "rating_missing": Advice(
        SCHOOL, REGISTER, N_("Enter the gateway's capacity with services on, from its data sheet")
    ),
    "cpu_unknown": Advice(
        AGENT, AGENT_WORK, N_("See why the gateway does not tell its processor's load: rights, software")
    ),
    "links_not_declared": Advice(
        COUNTY, REGISTER, N_("Enter the links of the county's network: aggregation and upstream")
    ),
    "no_mapping": Advice(
        SCHOOL, REGISTER, N_("Enter what the ports are for, and the rooms and buildings they lead to")
    ),
    "no_ports_used": Advice(SCHOOL, REGISTER, N_("Check the list of ports; none of them was in use")),
    "ups_not_declared": Advice(SCHOOL, REGISTER, N_("Enter the UPS and which devices hang on it")),
    "ups_silent": Advice(
        SCHOOL, AGENT_WORK, N_("Open SNMP on the UPS to the agent, or hand in a record of its test")
    ),
    "too_few_clients": Advice(COUNTY, WAIT, N_("Wait for a school day with more clients")),
    "clients_unreadable": Advice(
        SCHOOL, AGENT_WORK, N_("Let the agent read the device that routes the user networks")
    ),
    "no_flow_data": Advice(COUNTY, SWITCH, N_("Needs a device that exports flow records")),
    "no_crawl": Advice(COUNTY, TEST, N_("Add the websites to [[agent.probes.crawl]] of an agent with IPv6")),
    "model_unknown": Advice(SCHOOL, REGISTER, N_("Enter the models of the access points")),
    "radio_unknown": Advice(
        COUNTY, WAIT, N_("No step at the school: this controller does not tell clients by radio")
    ),
    "self_tested": Advice(
        COUNTY, SITE, N_("Let an inspector walk the rooms, or accept self-tests in the profile")
    ),
    "survey_missing": Advice(COUNTY, SITE, N_("Walk the main rooms and enter the points")),
    "survey_outdated": Advice(COUNTY, SITE, N_("Walk the rooms again whose access points have changed")),
    "area_size_missing": Advice(SCHOOL, REGISTER, N_("Enter the sizes of the main rooms")),
    "port_unknown": Advice(
        SCHOOL, AGENT_WORK, N_("Let the agent read the switches that the access points hang on")
    ),
    "term_not_declared": Advice(
        COUNTY, REGISTER, N_("Enter the first and last day of each term in the calendar")
    ),
    "sessions_missing": Advice(SCHOOL, PAPER, N_("Hand in the platform's list of lessons of the last term")),
    "cameras_unreadable": Advice(
        SCHOOL, AGENT_WORK, N_("Let the agent reach the cameras or the recorder, or prove it by a document")
    ),
    "retention_unknown": Advice(SCHOOL, PAPER, N_("Hand in a record of how many days the recorder keeps")),
    "platform_not_declared": Advice(
        COUNTY, REGISTER, N_("Enter the platform, its state and its acceptance paper")
    ),
    "platform_not_named": Advice(
        COUNTY, REGISTER, N_("Name the platforms that the plan means and enter them")
    ),
    "security_unread": Advice(
        SCHOOL, PAPER, N_("Enter licence, signatures and logs of the device with a screenshot")
    ),
    "systems_not_declared": Advice(
        SCHOOL, REGISTER, N_("Enter the systems with level and filing number, or declare none")
    ),
    # fail: mend it
    "uplink_down": Advice(
        CARRIER, CARRIER_WORK, N_("Report the line as broken; check optics, fibre and the far end")
    ),
    "device_down": Advice(
        SCHOOL, SETTING, N_("Check power and console of the device; others at the school answered")
    ),
    "negotiated_1000": Advice(
        SCHOOL_CARRIER, MODULE, N_("Fit 10G optics on both ends, check speed settings and the carrier's port")
    ),
    "below_speed": Advice(SCHOOL_CARRIER, PORT, N_("Move the uplink to a faster port on both ends")),
    "lag_member_1g": Advice(SCHOOL, PORT, N_("Replace the bundle of 1G ports by 10G ports")),
    "shared_medium": Advice(CARRIER, CONTRACT, N_("Ask for a line of its own instead of shared PON")),
    "contract_expired": Advice(COUNTY, CONTRACT, N_("Renew the contract and enter the new dates")),
    "contract_below": Advice(COUNTY, CONTRACT, N_("Order more bandwidth from the carrier")),
    "no_global_address": Advice(
        CARRIER, CARRIER_WORK, N_("Ask the carrier for IPv6 and configure it on the uplink")
    ),
    "no_default_route": Advice(
        SCHOOL_CARRIER, SETTING, N_("Configure ::/0 or accept router advertisements on the uplink")
    ),
    "next_hop_dead": Advice(
        SCHOOL_CARRIER, CARRIER_WORK, N_("Check the far end of the uplink: its IPv6 address does not answer")
    ),
    "aaaa_missing": Advice(SCHOOL_CARRIER, SETTING, N_("Give clients resolvers that answer AAAA")),
    "ipv6_unreachable": Advice(
        SCHOOL_CARRIER,
        SETTING,
        N_("Follow IPv6 from a classroom outwards: gateway, carrier, education network"),
    ),
    "no_address_on_lan": Advice(
        SCHOOL,
        SETTING,
        N_("See why computers get no IPv6 address: router advertisements, DHCPv6, switch filters"),
    ),
    "prefix_missing": Advice(SCHOOL, SETTING, N_("Give each user network a /64 and advertise it")),
    "no_router_advert": Advice(
        SCHOOL, SETTING, N_("Switch on router advertisements on the interface of each user network")
    ),
    "ap_offline": Advice(
        SCHOOL, CABLE, N_("Check power over Ethernet and cabling of the missing access points")
    ),
    "area_without_ap": Advice(SCHOOL, DEVICE, N_("Fit or mend an access point for each room on the list")),
    "declared_none": Advice(COUNTY, DEVICE, N_("Put it into the plan of purchases")),
    "agent_silent": Advice(
        AGENT, AGENT_WORK, N_("Call the schools whose agent is silent; check power and network there")
    ),
    "leg_failed": Advice(COUNTY, PARTS, N_("See the parts of the verdict that fail")),
    "campus_failed": Advice(COUNTY, PARTS, N_("See the campus that fails")),
    "field_empty": Advice(COUNTY, REGISTER, N_("Fill in the required fields of the register")),
    "below_threshold": Advice(SCHOOL, PARTS, N_("Compare the value with the required one and close the gap")),
    "above_limit": Advice(SCHOOL, CONTRACT, N_("Order more bandwidth or move load out of the busy hours")),
    "throughput_low": Advice(CARRIER, CARRIER_WORK, N_("Report it to the carrier with the test's figures")),
    "redundancy_low": Advice(SCHOOL_CARRIER, CONTRACT, N_("Order a second line on another way")),
    "light_low": Advice(
        SCHOOL_CARRIER,
        MODULE,
        N_("Clean and check the fibre's connectors; replace the transceiver if that does not help"),
    ),
    "light_none": Advice(CARRIER, CARRIER_WORK, N_("No light arrives: check the fibre and the far end")),
    "targets_unreachable": Advice(
        SCHOOL_CARRIER, CARRIER_WORK, N_("Follow the way outwards: gateway, carrier, education network")
    ),
    "capacity_low": Advice(
        SCHOOL, SWITCH, N_("Replace the gateway by one that forwards what the link carries")
    ),
    "cpu_high": Advice(
        SCHOOL, SWITCH, N_("See what loads the gateway; switch off what is not needed or replace it")
    ),
    "link_below": Advice(COUNTY, MODULE, N_("Upgrade the county's links on the list")),
    "port_slow": Advice(
        SCHOOL, CABLE, N_("Check cable and socket of each port on the list, then the device at its end")
    ),
    "port_errors": Advice(SCHOOL, CABLE, N_("Renew cables and connectors of the ports on the list")),
    "ups_fault": Advice(SCHOOL, DEVICE, N_("Test the UPS by hand; replace its battery")),
    "clients_without_ipv6": Advice(
        SCHOOL, SETTING, N_("See which user networks give no IPv6 addresses to their clients")
    ),
    "traffic_low": Advice(SCHOOL, SETTING, N_("Give clients IPv6 and resolvers with AAAA; traffic follows")),
    "ipv6_slower": Advice(CARRIER, CARRIER_WORK, N_("Report the detour or the loss of IPv6 to the carrier")),
    "website_without_ipv6": Advice(
        COUNTY, SETTING, N_("Have the site's host publish AAAA and mend the links on the list")
    ),
    "generation_old": Advice(SCHOOL, DEVICE, N_("Replace the oldest access points first")),
    "ap_crowded": Advice(SCHOOL, DEVICE, N_("Add access points where the crowded ones are")),
    "band_low": Advice(SCHOOL, SETTING, N_("Turn on band steering; see that 5 GHz reaches the rooms")),
    "controller_unhealthy": Advice(
        SCHOOL, DEVICE, N_("Check power, load and licences of the wireless controller")
    ),
    "unmanaged_wifi": Advice(
        SCHOOL, DEVICE, N_("Put the access points under a controller, or let the agent read their cloud")
    ),
    "signal_weak": Advice(SCHOOL, DEVICE, N_("Move or add access points at the weak points")),
    "level_low": Advice(SCHOOL, PAPER, N_("Apply for recognition at the required level")),
    "features_missing": Advice(SCHOOL, DEVICE, N_("Add the functions that are missing")),
    "too_few": Advice(SCHOOL, DEVICE, N_("Build what is missing, then hand in its acceptance")),
    "lighting_low": Advice(
        SCHOOL, DEVICE, N_("Renew the light of the classrooms on the list and have them measured")
    ),
    "not_enrolled": Advice(SCHOOL, SETTING, N_("Enrol the school on the platform")),
    "camera_offline": Advice(SCHOOL, DEVICE, N_("Mend the cameras on the list")),
    "retention_short": Advice(SCHOOL, DEVICE, N_("Add disks to the recorder or lower what it records")),
    "status_low": Advice(
        COUNTY, PAPER, N_("Finish and accept the platform, then hand in the acceptance paper")
    ),
    "function_missing": Advice(
        SCHOOL, DEVICE, N_("Provide the missing functions, or prove that the county provides them")
    ),
    "license_expired": Advice(SCHOOL, CONTRACT, N_("Renew the licence")),
    "signatures_old": Advice(SCHOOL, SETTING, N_("Update the signatures; see that updates reach the device")),
    "no_log": Advice(SCHOOL, SETTING, N_("Let the device send its log to the log server")),
    "log_gap": Advice(SCHOOL, SETTING, N_("Find why days are missing from the log")),
    "not_filed": Advice(SCHOOL, PAPER, N_("File the systems with the police and enter the numbers")),
    "assessment_overdue": Advice(SCHOOL, CONTRACT, N_("Have the systems assessed")),
    "data_old": Advice(AGENT, AGENT_WORK, N_("See which agents ship late and why")),
    "unregistered": Advice(
        SCHOOL, REGISTER, N_("Enter the devices on the list, or take them off the network")
    ),
    "not_seen": Advice(SCHOOL, REGISTER, N_("Look for the devices on the list; retire those that are gone")),
    "failed_on_site": Advice(SCHOOL, SITE, N_("Mend what the inspector found, then ask for another test")),
    "not_submitted": Advice(SCHOOL, PAPER, N_("Hand in what is missing; the county's day has passed")),
    # pass, na: nothing to do, or soon
    "fibre_owned": Advice(COUNTY, NOTHING, N_("Nothing: the fibre is the county's or the school's own")),
    "contract_ends_soon": Advice(COUNTY, CONTRACT, N_("Renew the contract before it ends")),
    "link_filling": Advice(COUNTY, WAIT, N_("Watch the load; plan for more bandwidth")),
    "exempt": Advice(COUNTY, NOTHING, N_("Nothing: exempt by a document")),
    "info_only": Advice(COUNTY, NOTHING, N_("Nothing, unless the county sets a limit in the profile")),
    "no_websites": Advice(COUNTY, NOTHING, N_("Nothing: there is no website")),
    "copper": Advice(COUNTY, NOTHING, N_("Nothing: copper has no light")),
    "no_controller_needed": Advice(COUNTY, NOTHING, N_("Nothing: there are only a few access points")),
    "no_systems": Advice(COUNTY, NOTHING, N_("Nothing: there is no system")),
}
