"""Sounds at steps: when one is due, what it sounds like, and this machine's loudspeaker."""
