"""The metrics of the catalogue: what is known of a campus (or the county) -> one verdict each."""
