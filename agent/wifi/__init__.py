"""Wireless: what the cells of controllers' tables mean, and how rows become access points and stations."""
