"""One module for each dashboard: its panels as data."""
