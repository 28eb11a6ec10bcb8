"""Cues at steps: when one is due, what it sounds and feels like, and this machine's loudspeaker."""
