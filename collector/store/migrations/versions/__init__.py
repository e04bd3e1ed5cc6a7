"""One file a schema version, named after it; a released one is never changed."""
