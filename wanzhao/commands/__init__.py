"""One file per command; ``COMMANDS`` is the list that --help shows, in order."""
