"""Discovery: which devices there are in the declared ranges, proposed to a person (docs/discovery.md)."""
