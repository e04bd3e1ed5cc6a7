"""The centre: enrol, ingest, store, look, judge."""
