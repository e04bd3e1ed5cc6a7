"""A whole device on file: walked from end to end, without secrets and without anybody's machine."""
