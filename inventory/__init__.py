"""The floor: register, plans, facts, rules and verdicts. Files only: no network, no database."""
