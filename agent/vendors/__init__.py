"""What makers do differently, as data: one TOML file each, read by load.py."""
