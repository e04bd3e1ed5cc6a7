"""At the school: identify, poll, understand, spool, ship."""
