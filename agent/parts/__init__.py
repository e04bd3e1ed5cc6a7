"""The parts of a reading, one file each: which tables to read, and what they add up to."""
