"""The ways out: Prometheus pages and reports."""
