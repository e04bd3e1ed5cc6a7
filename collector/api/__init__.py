"""The JSON API: what the console shows and does, for programs. One table says it all (endpoints.py)."""
