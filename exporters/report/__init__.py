"""Report lines from one county view, and their formats."""
