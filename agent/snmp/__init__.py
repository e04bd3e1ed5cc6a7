"""SNMP: one small seam, and the engines behind it."""
