"""What switches and controllers print, written after their makers' public manuals: the commands that have no
template and no recorded sample. Chinese names stand in GBK, as devices send them."""

from __future__ import annotations

VRP_ROUTES = """\
Routing Table : _public_
         Destinations : 4        Routes : 4

Destination  : ::                              PrefixLength : 0
NextHop      : FE80::2E0:FCFF:FE12:3456        Preference   : 60
Cost         : 0                               Protocol     : Static
RelayNextHop : ::                              TunnelID     : 0x0
Interface    : Vlanif100                       Flags        : D

Destination  : ::1                             PrefixLength : 128
NextHop      : ::1                             Preference   : 0
Cost         : 0                               Protocol     : Direct
RelayNextHop : ::                              TunnelID     : 0x0
Interface    : InLoopBack0                     Flags        : D

Destination  : 2001:DB8:10::                   PrefixLength : 64
NextHop      : 2001:DB8:10::1                  Preference   : 0
Cost         : 0                               Protocol     : Direct
RelayNextHop : ::                              TunnelID     : 0x0
Interface    : Vlanif10                        Flags        : D
"""

VRP_INTERFACES = """\
Vlanif10 current state : UP
IPv6 protocol current state : UP
IPv6 is enabled, link-local address is FE80::2E0:FCFF:FE00:1
  Global unicast address(es):
    2001:DB8:10::1, subnet is 2001:DB8:10::/64
  Joined group address(es):
    FF02::1:FF00:1
    FF02::2
    FF02::1
  MTU is 1500 bytes
  ND DAD is enabled, number of DAD attempts: 1
  ND reachable time is 1200000 milliseconds
  ND retransmit interval is 1000 milliseconds
  ND advertised reachable time is 0 milliseconds
  ND advertised retransmit interval is 0 milliseconds
  ND router advertisement max interval 600 seconds, min interval 200 seconds
  ND router advertisements live for 1800 seconds
  ND router advertisements hop-limit 64
  ND default router preference medium
  Hosts use DHCP to obtain routable addresses
  Hosts use DHCP to obtain other configuration

Vlanif100 current state : UP
IPv6 protocol current state : UP
IPv6 is enabled, link-local address is FE80::2E0:FCFF:FE00:2
  Global unicast address(es):
    2001:DB8:100::2, subnet is 2001:DB8:100::/64
  Joined group address(es):
    FF02::1:FF00:2
    FF02::1
  MTU is 1500 bytes
  ND DAD is enabled, number of DAD attempts: 1
  ND reachable time is 1200000 milliseconds
  ND retransmit interval is 1000 milliseconds
  Hosts use stateless autoconfig for addresses
"""

VRP_TRANSCEIVERS = """\
XGigabitEthernet0/0/1 transceiver information:
-------------------------------------------------------------
Common information:
  Transceiver Type                      :10GBASE_LR_SFP
  Connector Type                        :LC
  Wavelength(nm)                        :1310
  Transfer Distance(m)                  :10000(9um)
  Digital Diagnostic Monitoring         :YES
  Vendor Name                           :HUAWEI
  Vendor Part Number                    :02318169
  Ordering Name                         :
-------------------------------------------------------------
Manufacture information:
  Manu. Serial Number                   :HA17281410025
  Manufacturing Date                    :2017-07-13
  Vendor Name                           :HUAWEI
-------------------------------------------------------------
Alarm information:
-------------------------------------------------------------
Diagnostic information:
  Temperature(\xb0C)                       :39
  Voltage(V)                            :3.31
  Bias Current(mA)                      :23.70
  Bias High Threshold(mA)               :65.00
  Bias Low Threshold(mA)                :1.00
  Current Rx Power(dBM)                 :-11.12
  Default Rx Power High Threshold(dBM)  :1.00
  Default Rx Power Low  Threshold(dBM)  :-16.40
  Current Tx Power(dBM)                 :-2.55
  Default Tx Power High Threshold(dBM)  :1.00
  Default Tx Power Low  Threshold(dBM)  :-8.20
-------------------------------------------------------------

GigabitEthernet0/0/24 transceiver information:
-------------------------------------------------------------
Common information:
  Transceiver Type                      :1000_BASE_T_SFP
  Connector Type                        :RJ45
  Wavelength(nm)                        :-
  Transfer Distance(m)                  :100(copper)
  Digital Diagnostic Monitoring         :NO
  Vendor Name                           :OEM
-------------------------------------------------------------
"""

VRP8_TRANSCEIVERS = """\
100GE1/0/3 transceiver information:
-------------------------------------------------------------------
 Common information:
   Transceiver Type                      :100GBASE_LR4
   Connector Type                        :LC
   Wavelength (nm)                       :1310
   Transfer Distance (m)                 :10000(9um/125um SMF)
   Digital Diagnostic Monitoring         :YES
   Vendor Name                           :HUAWEI
   Vendor Part Number                    :02311KNU
-------------------------------------------------------------------
 Manufacture information:
   Manu. Serial Number                   :G4O2022000
   Vendor Name                           :HUAWEI
-------------------------------------------------------------------
 Alarm information:
   LOS Alarm
-------------------------------------------------------------------
 Diagnostic information:
   Temperature (Celsius)                 :28.99
   Voltage (V)                           :3.41
   Bias Current (mA)                     :6.47|6.55    (Lane0|Lane1)
                                          6.80|6.51    (Lane2|Lane3)
   Bias High Threshold (mA)              :120.00
   Current RX Power (dBm)                :-2.10|-3.40(Lane0|Lane1)
                                          -2.80|-2.20(Lane2|Lane3)
   Default RX Power High Threshold (dBm) :5.40
   Default RX Power Low Threshold (dBm)  :-13.31
   Current TX Power (dBm)                :1.00|1.10(Lane0|Lane1)
                                          0.90|1.20(Lane2|Lane3)
   Default TX Power High Threshold (dBm) :5.40
   Default TX Power Low Threshold (dBm)  :-11.40
-------------------------------------------------------------------
"""

VRP_DIAGNOSIS = """\
Port XGigabitEthernet0/0/1 transceiver diagnostic information:
Parameter        Current       Low Alarm    High Alarm
  Type            Value        Threshold    Threshold    Status
-------------   ---------      ---------    ----------   --------
TxPower(dBm)    -2.55          -8.20        1.00         normal
RxPower(dBm)    -11.12         -16.40       1.00         normal
Current(mA)     23.70          1.00         65.00        normal
Temp.(\xb0C)       39.00          -5.00        75.00        normal
Voltage(V)      3.31           2.97         3.63         normal
"""

COMWARE_ROUTES = """\
Destinations : 5 Routes : 5

Destination: ::/0                                        Protocol  : Static
NextHop    : 2001:DB8:FFFF::1                            Preference: 60
Interface  : Vlan100                                     Cost      : 0

Destination: ::1/128                                     Protocol  : Direct
NextHop    : ::1                                         Preference: 0
Interface  : InLoop0                                     Cost      : 0

Destination: 2001:DB8:20::/64                            Protocol  : Direct
NextHop    : ::                                          Preference: 0
Interface  : Vlan20                                      Cost      : 0

Destination: FE80::/10                                   Protocol  : Direct
NextHop    : ::                                          Preference: 0
Interface  : InLoop0                                     Cost      : 0
"""

COMWARE_NEIGHBORS = """\
Type: S-Static    D-Dynamic    O-Openflow     R-Rule    IS-Invalid static
IPv6 address              MAC address    VLAN/VSI   Interface      State T  Aging
2001:DB8:20::1234         aaaa-bbbb-0001 20         GE1/0/5        REACH D  12
FE80::A8BB:BBFF:FE00:1    aaaa-bbbb-0001 20         GE1/0/5        STALE D  640
2001:DB8:20:0:F403:1FF:FE11:2233
                          f603-0111-2233 20         BAGG1          DELAY D  2
"""

COMWARE_INTERFACES = """\
Vlan-interface20 current state: UP
Line protocol current state: UP
IPv6 is enabled, link-local address is FE80::1234:56FF:FE65:4322
  Global unicast address(es):
    2001:DB8:20::1, subnet is 2001:DB8:20::/64
    2001:DB8:21::9, subnet is 2001:DB8:21::/64 [AUTOCFG]
      [valid lifetime 4641s/preferred lifetime 4637s]
    2001:DB8:22::7, subnet is 2001:DB8:22::/64 [TENTATIVE] [DHCP]
  Joined group address(es):
    FF02::1
    FF02::2
    FF02::1:FF00:1
  MTU is 1500 bytes
  ND DAD is enabled, number of DAD attempts: 1
  ND reachable time is 30000 milliseconds
  ND retransmit interval is 1000 milliseconds
  ND advertised reachable time is 0 milliseconds
  ND advertised retransmit interval is 0 milliseconds
  ND router advertisements are sent every 600 seconds
  ND router advertisements live for 1800 seconds
  Hosts use stateless autoconfig for addresses
IPv6 Packet statistics:
  InReceives:                    0
  OutDiscards:                   0
"""

COMWARE_TRANSCEIVERS = """\
Ten-GigabitEthernet1/0/49 transceiver information:
  Transceiver Type              : 10G_BASE_LR_SFP
  Connector Type                : LC
  Wavelength(nm)                : 1310
  Transfer Distance(km)         : 10(SMF)
  Digital Diagnostic Monitoring : YES
  Vendor Name                   : H3C
  Ordering Name                 : SFP-XG-LX-SM1310
Ten-GigabitEthernet1/0/50 transceiver information:
  The transceiver is absent.
"""

COMWARE_MANUINFO = """\
Ten-GigabitEthernet1/0/49 transceiver manufacture information:
  Manu. Serial Number  : 213410A0000054000251
  Manufacturing Date   : 2012-09-01
  Vendor Name          : H3C
Ten-GigabitEthernet1/0/50 transceiver manufacture information:
  The transceiver is absent.
"""

COMWARE_DIAGNOSIS = """\
Ten-GigabitEthernet1/0/49 transceiver diagnostic information:
  Current diagnostic parameters:
    Temp(\xb0C)  Voltage(V)  Bias(mA)  RX power(dBm)  TX power(dBm)
    36        3.31        6.13      -35.64         -5.19
  Alarm thresholds:
          Temp(\xb0C)  Voltage(V)  Bias(mA)  RX power(dBm)  TX power(dBm)
    High  50        3.55        1.44      -10.00         5.00
    Low   30        3.01        1.01      -30.00         0.00
Ten-GigabitEthernet1/0/50 transceiver diagnostic information:
  The transceiver is absent.
"""

COMWARE_APS = """\
Total number of APs: 3
Total number of connected APs: 2
Total number of connected manual APs: 2
Total number of connected auto APs: 0
Maximum supported APs: 128
Remaining APs: 126

                                AP information
 State : I = Idle,      J  = Join,       JA = JoinAck,    IL = ImageLoad
         C = Config,    DC = DataCheck,  R  = Run,   M = Master,  B = Backup

AP name                        APID  State Model           Serial ID
一楼大厅                       1     R/M   WA6320-C        219801A1NQB117012935
lab 2                          2     I     WA4320i-ACN     219801A0CNC123002216
gate                           3     R/M   WA5320-C        219801A1NQB117012936
"""

RGOS_VERSION = """\
System description      : Ruijie Gigabit Security & VLAN Switch (S2928G-E V3) By Ruijie Networks
System start time       : 2026-03-01 08:00:12
System uptime           : 85:02:11:40
System hardware version : 1.10
System software version : S29_RGOS 11.4(1)B12P33
System patch number     : NA
System serial number    : G1HWA1234567B
System boot version     : 1.2.12
Module information:
  Slot 0 : RG-S2928G-E V3
    Hardware version    : 1.10
    Boot version        : 1.2.12
    Software version    : S29_RGOS 11.4(1)B12P33
    Serial number       : G1HWA1234567B
"""

RGOS_ROUTES = """\
IPv6 routing table name - Default - 6 entries
Codes:  C - Connected, L - Local, S - Static
        R - RIP, O - OSPF intra area, OI - OSPF inter area
        OE1 - OSPF external type 1, OE2 - OSPF external type 2

S      ::/0 [1/0] via FE80::2D0:F8FF:FE22:33B5, VLAN 100
C      2001:DB8:30::/64 via VLAN 30, directly connected
L      2001:DB8:30::1/128 via VLAN 30, local host
C      FE80::/10 via ::1, Null0
"""

RGOS_NEIGHBORS = """\
IPv6 Address                              Linklayer Addr   Interface
2001:DB8:30::200                          00d0.f822.33ac   VLAN 30
FE80::2D0:F8FF:FE22:33AC                  00d0.f822.33ac   VLAN 30
"""

RGOS_INTERFACES = """\
interface VLAN 30 is Up, ifindex: 4126, vrf_id 0
  address(es):
    Mac Address: 00:d0:f8:22:33:ad
    INET6: FE80::2D0:F8FF:FE22:33AD , subnet is FE80::/64
    INET6: 2001:DB8:30::1 , subnet is 2001:DB8:30::/64
  Joined group address(es):
    FF01::1
    FF02::1
    FF02::2
    FF02::1:FF00:1
  MTU is 1500 bytes
  ICMP error messages limited to one every 100 milliseconds
  ICMP redirects are enabled
  ND DAD is enabled, number of DAD attempts: 1
  ND reachable time is 30000 milliseconds
  ND advertised reachable time is 0 milliseconds
  ND retransmit interval is 1000 milliseconds
  ND advertised retransmit interval is 0 milliseconds
  ND router advertisements are sent every 200 seconds<160--240>
  ND router advertisements live for 1800 seconds
interface VLAN 100 is Up, ifindex: 4196, vrf_id 0
  address(es):
    Mac Address: 00:d0:f8:22:33:ad
    INET6: FE80::2D0:F8FF:FE22:33AD , subnet is FE80::/64
    INET6: 2001:DB8:100::3 , subnet is 2001:DB8:100::/64
  MTU is 1500 bytes
  ND DAD is enabled, number of DAD attempts: 1
  ND reachable time is 30000 milliseconds
"""

RGOS_TRANSCEIVERS = """\
========Interface TenGigabitEthernet 0/25========
Transceiver Type    :  10GBASE-LR-SFP+
Connector Type      :  LC
Wavelength(nm)      :  1310
Transfer Distance   :
    SMF fiber
        -- 10km
Digital Diagnostic Monitoring  :  YES
Vendor Serial Number           :  ZC1234567890

========Interface TenGigabitEthernet 0/26========
The transceiver is absent!
"""

RGOS_DIAGNOSIS = """\
========Interface TenGigabitEthernet 0/25========
Current diagnostic parameters[AP:Average Power]:
Temp(Celsius)   Voltage(V)      Bias(mA)            RX power(dBm)       TX power(dBm)
37(OK)          3.36(OK)        15.91(OK)           -5.96(OK)[AP]       -6.04(OK)

========Interface TenGigabitEthernet 0/26========
The transceiver is absent!
"""

RGOS_APS = """\
========= show ap status =========
Radio: Radio ID or Band: 2.4G = 1#, 5G = 2#
       E = enabled, D = disabled, N = Not exist, V = Virtual AP
       Current Sta number
       Channel: * = Global
       Power Level = Percent

Online AP number: 2
Offline AP number: 1

AP Name          IP Address      Mac Address    Radio               Radio               Up/Off time   State
---------------- --------------- -------------- ------------------- ------------------- ------------- -----
教学楼301        192.168.0.11    8005.889f.3dd9 1  E   3   1  100   2  E  15 157  100     26:03:52:32 Run
gate             192.168.0.12    8005.889f.3de0 1  E   0   6*  80   2  D   0  36*  80      1:00:10:02 Run
library          192.168.0.13    8005.889f.3de7 1  N   -   -    -   2  N   -   -    -      0:11:10:02 Quit
"""

RGOS_LLDP = """\
----------------------------------------------------------------------------
LLDP neighbor-information of port [GigabitEthernet 0/1]
----------------------------------------------------------------------------
  Neighbor index                    : 1
  Device type                       : LLDP Device
  Update time                       : 1hour 53minutes 30seconds
  Aging time                        : 5seconds

  Chassis ID type                   : MAC address
  Chassis id                        : 00d0.f822.33cd
  System name                       : core
  System description                : 核心交换机
  System capabilities supported     : Repeater, Bridge, Router
  System capabilities enabled       : Bridge, Router

  Management address subtype        : 802 mac address
  Management address                : 192.168.9.1
  Port ID type                      : Interface name
  Port id                           : GigabitEthernet 0/24
  Port description                  : to-gate
"""

ZXROS_OPTICS = """\
Interface        Type          WaveLen  RxPower(dBm)/[min,max]
                                        TxPower(dBm)/[min,max]       State
xgei-0/1/0/25    10G-10km-SFP+ 1310nm   -4.3/[-14.4,0.5]
                                        -2.1/[-8.2,0.5]              normal
gei-0/1/0/1      1G-10km-SFP   1310nm   N/A/[-20.0,-3.0]
                                        -6.1/[-9.5,-3.0]             low
"""

ZXROS_ROUTES = """\
IPv6 Routing Table:
Headers: Dest: Destination,         Gw: Gateway,    Pri: Priority;
Codes  : K: kernel, I1: isis-l1,    SFN: sf-nat64, R: ripng, AF: aftr, B: bgp, D: direct
Dest                   Gw                         Interface      Owner   Pri Metric
::/0                   2001:db8:40::1             vlan40         static  1   0
2001:db8:40::/64       2001:db8:40::2             vlan40         direct  0   0
"""

JUNOS_ROUTES = """\
inet6.0: 4 destinations, 5 routes (4 active, 0 holddown, 0 hidden)
+ = Active Route, - = Last Active, * = Both

::/0               *[Static/5] 3d 01:02:03
                    > to fe80::1 via ge-0/0/0.0
                    [OSPF3/150] 00:10:00, metric 1
                    > to fe80::9 via ge-0/0/1.0
2001:db8:50::/64   *[Direct/0] 3d 01:02:03
                    > via irb.50
"""

ROUTEROS_ROUTES = """\
Flags: D - dynamic; X - disabled, I - inactive, A - active;
c - connect, s - static, r - rip, b - bgp, o - ospf, d - dhcp, v - vpn, m - modem, y - bgp-mpls-vpn
 0  As   dst-address=::/0 routing-table=main gateway=fe80::1%ether1
        immediate-gw=fe80::1%ether1 distance=1 scope=30 target-scope=10

   DAc   dst-address=2001:db8:60::/64 routing-table=main gateway=bridge immediate-gw=bridge distance=0
"""

JUNOS_LASERS = """\
Physical interface: xe-0/0/0
    Laser bias current                        :  34.752 mA
    Laser output power                        :  0.5580 mW / -2.53 dBm
    Module temperature                        :  33 degrees C / 92 degrees F
    Module voltage                            :  3.3110 V
    Receiver signal average optical power     :  0.2512 mW / -6.00 dBm
    Laser output power high alarm threshold   :  1.9950 mW / 3.00 dBm
    Laser output power low alarm threshold    :  0.1170 mW / -9.32 dBm
    Laser rx power high alarm threshold       :  2.5119 mW / 4.00 dBm
    Laser rx power low alarm threshold        :  0.0100 mW / -20.00 dBm
Physical interface: ge-0/0/1
    Optical diagnostics                       :  N/A
"""

LINUX_ADDRESSES = """\
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 state UNKNOWN qlen 1000
    inet6 ::1/128 scope host
       valid_lft forever preferred_lft forever
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP qlen 1000
    inet6 2001:db8::15/64 scope global dynamic mngtmpaddr
       valid_lft 86381sec preferred_lft 14381sec
    inet6 fe80::5054:ff:fe12:3456/64 scope link
       valid_lft forever preferred_lft forever
"""

NXOS_ND = """\
ICMPv6 ND Interfaces for VRF "default"
Ethernet1/1, Interface status: protocol-up/link-up/admin-up
IPv6 address:
    2001:db8:c56d:4::3/64 [VALID]
IPv6 link-local address: fe80::5c01:c0ff:fe02:7 [VALID]
ND mac-extract : Disabled
Router-Advertisement parameters:
    Periodic interval: 200 to 201 seconds
    Send "Managed Address Configuration" flag: false
    Send "Other Stateful Configuration" flag: false
    Suppress RA: Enabled
    Suppress MTU in RA: Disabled
Vlan10, Interface status: protocol-up/link-up/admin-up
IPv6 address:
    2001:db8:10::1/64 [VALID]
IPv6 subnet:  2001:db8:10::/64
IPv6 link-local address: fe80::1 (default) [VALID]
Router-Advertisement parameters:
    Send "Managed Address Configuration" flag: true
    Send "Other Stateful Configuration" flag: true
    Suppress RA: Disabled
"""

RGOS_RA = """\
VLAN 30: UP
  RA timer is running
  waits: 0, initcount: 0
  statistics: RA(out/in/inconsistent): 412/0/0, RS(input): 8
  Link-layer address: 00:d0:f8:22:33:ad
  Physical MTU: 1500
  ND router advertisements live for 1800 seconds
  ND router advertisements are sent every 200 seconds<240--160>
Flags: !MO, Adv MTU: 1500
"""

IOS_INTERFACES = """\
Vlan10 is up, line protocol is up
  IPv6 is enabled, link-local address is FE80::2E1:6DFF:FE00:42
  No Virtual link-local address(es):
  Global unicast address(es):
    2001:DB8:10::1, subnet is 2001:DB8:10::/64
  Joined group address(es):
    FF02::1
    FF02::2
  MTU is 1500 bytes
  ICMP error messages limited to one every 100 milliseconds
  ND DAD is enabled, number of DAD attempts: 1
  ND reachable time is 30000 milliseconds (using 30000)
  ND advertised reachable time is 0 (unspecified)
  ND router advertisements are sent every 200 seconds
  ND router advertisements live for 1800 seconds
  ND advertised default router preference is Medium
  Hosts use stateless autoconfig for addresses.
  Hosts use DHCP to obtain other information.
Vlan20 is up, line protocol is up
  IPv6 is enabled, link-local address is FE80::2E1:6DFF:FE00:43
  Global unicast address(es):
    2001:DB8:20::1, subnet is 2001:DB8:20::/64 [EUI]
  ND DAD is enabled, number of DAD attempts: 1
  ND RAs are suppressed (all)
  Hosts use stateless autoconfig for addresses.
"""

COMWARE_AP_ADDRESSES = """\
Total number of APs: 3
Total number of connected APs: 2

                      AP information
AP name                        IP address                              MAC address
一楼大厅                       10.0.5.11                               5866-ba00-0001
lab 2                          N/A                                     5866-ba00-0002
gate                           10.0.5.13                               5866-ba00-0003
"""

VRP_APS = """\
Total AP information:
nor   : normal          [2]
fault : fault           [1]
Total AP number is 3
------------------------------------------------------------------------------------------------------
ID   MAC            Name          Group     IP            Type        State STA Uptime      NewColumn
------------------------------------------------------------------------------------------------------
0    00e0-fc11-1111 教学楼 1F     default   10.23.100.254 AP7060DN    nor   12  1D:2H:3M:4S x
1    00e0-fc11-1112 area_2        default   -             AP7060DN    fault 0   -           x
2    00e0-fc11-1113 area_3        grp-9     10.23.100.253 AirEngine5760-51 nor 3 5H:3M:4S   x
------------------------------------------------------------------------------------------------------
Total: 3
"""

EOS_OPTICS = """\
If device is externally calibrated, only calibrated values are printed.
N/A: not applicable, Tx: transmit, Rx: receive.
mA: milliamperes, dBm: decibels (milliwatts).
                              Bias      Optical   Optical
          Temp      Voltage   Current   Tx Power  Rx Power
Port      (Celsius) (Volts)   (mA)      (dBm)     (dBm)     Last Update
--------- --------- --------- --------- --------- --------- -------------------
Et1        34.17      3.30      6.75    -2.43     -2.55     0:00:02 ago
Et3        N/A        N/A       N/A      N/A       N/A      N/A
"""

IOS_OPTICS = """\
ITU Channel not available (Wavelength not available),
Transceiver is internally calibrated.
                                           Optical   Optical
           Temperature  Voltage  Current   Tx Power  Rx Power
Port       (Celsius)    (Volts)  (mA)      (dBm)     (dBm)
---------  -----------  -------  --------  --------  --------
Te1/1/1    27.5       3.29      6.5      -2.4      -3.0
"""

EXOS_OPTICS = """\
Port     Temp      TxPower       RxPower      TxBiasCurrent     Voltage-Aux1
      (Celcius)     (dBm)         (dBm)         (mA)             (Volts)
================================================================================
1       30.12      -2.51         -3.21          6.33            3.30
"""

AOSCX_ROUTES = """\
Displaying ipv6 routes selected for forwarding

Origin Codes: C - connected, S - static, L - local
VRF: default

Prefix                     : ::/0                                               VRF(egress)  : -
Nexthop                    : fe80::1                                            Interface    : vlan10
Origin/Type                : S                                                  Distance/Metric : 1/0
"""

AOSCX_OLD_ROUTES = """\
Displaying ipv6 routes selected for forwarding
'[x/y]' denotes [distance/metric]

::/0, vrf default
        via  2001:db8::1,  [1/0],  static
2001:db8::/64, vrf default
        via  1/1/1,  [0/0],  connected
"""

PROCURVE_ROUTES = """\
 IPv6 Route Entries
 Dest : ::/0                                       Type : static
  Gateway : fe80::1%vlan10                         Dist. : 1   Metric : 1
 Dest : ::1/128                                    Type : connected
"""

FORTIOS_ROUTES = """\
IPv6 Routing Table
Codes: K - kernel route, C - connected, S - static, R - RIP, O - OSPF,
Timers: Uptime

Routing table for VRF=0
S*      ::/0 [10/0] via fe80::1, wan1, 01:20:30, [1024/0]
C       2001:db8::/64 via ::, internal, 01:20:30
"""

FORTIOS_NEIGHBORS = """\
ifindex=5 ifname=wan1 fe80::1 00:09:0f:09:00:01 state=00000002 use=1 confirm=2 update=3 ref=4
"""

FASTIRON_ROUTES = """\
IPv6 Routing Table - 3 entries:
Type Codes - B:BGP C:Connected I:ISIS L:Local O:OSPF R:RIP S:Static
Type IPv6 Prefix              Next Hop Router            Interface     Dis/Metric    Uptime
S    ::/0                     2001:db8::1                ve 10         1/1           1d2h
C    2001:db8::/64            ::                         ve 10         0/0           1d2h
"""

FASTIRON_NEIGHBORS = """\
Total number of Neighbor entries: 2
IPv6 Address                              VLAN LinkLayer-Addr State  Age  Port      vrf  IsR
2001:db8::55                              10   002e.5d00.0001 *REACH 0    1/1/11    default-vrf 0
"""

EXOS_ROUTES = """\
Ori Destination                    Mtr   Flags        Duration
    Gateway                        Interface
#s  ::/0                           1     UG---S-um--f 1d:2h:3m:4s
    fe80::1                        v10
#d  2001:db8::/64                  1     U------um--f 1d:2h
    2001:db8::2                    v20
"""

JUNOS_NEIGHBORS = """\
IPv6 Address                            Linklayer Address  State       Exp   Rtr  Secure  Interface
fe80::1                                 00:05:85:00:00:01  reachable   10    yes  no      ge-0/0/0.0
2001:db8::5                             00:05:85:00:00:02  stale       1000  no   no      irb.50 [ge-0/0/1.0]
"""

NXOS_NEIGHBORS = """\
Flags: # - Adjacencies Throttled for Glean
IP Adjacency Table for VRF default
Total number of entries: 2
Address         Age       MAC Address     Pref Source     Interface
2001:db8:8::5   03:00:00  2c33.11ff.0001  50   icmpv6     Vlan10
fe80::1
                00:01:00  2c33.11ff.0002  50   icmpv6     Ethernet1/1
"""

AOSCX_NEIGHBORS = """\
IPv6 Address                                  MAC                Port         Physical Port            State
--------------------------------------------------------------------------------
2001:db8::5                                   00:50:56:bd:6a:c5  vlan10       1/1/29                   reachable
Total Number Of IPv6 Neighbors Entries Listed: 1.
"""

LINUX_ROUTES = """\
default proto ra metric 1024 expires 1000sec
	nexthop via fe80::1 dev eth0 weight 1
	nexthop via fe80::2 dev eth1 weight 1
"""
