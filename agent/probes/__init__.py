"""Active tests: the agent as a user of the school's network, without privileges (docs/probes.md)."""
