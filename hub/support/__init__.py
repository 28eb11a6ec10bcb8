"""Small helpers that know nothing of the hub's field and that any edge may use."""
