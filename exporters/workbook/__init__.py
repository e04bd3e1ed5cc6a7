"""Workbooks of the register: a template, an export, and the user's own file with its faults marked."""
