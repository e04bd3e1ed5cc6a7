"""What devices print, as records: one file a layout; text in, records out, nothing raised for odd text."""
