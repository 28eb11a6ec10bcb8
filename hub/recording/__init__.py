"""Recordings in and out: session folders that people can read, and MCAP of the raw bytes as they arrived."""
