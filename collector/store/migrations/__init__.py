"""The steps from one schema version to the next (Alembic); collector/store/upgrade.py runs them."""
