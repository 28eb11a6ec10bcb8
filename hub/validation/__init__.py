"""How well the hub detects: its events against the truth beside a recording."""
