"""SSH to devices whose SNMP leaves something unsaid; the one door for netmiko, paramiko and textfsm."""
