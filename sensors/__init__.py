"""Devices and people: bytes to readings, emulators, and the walker. Pure: no asyncio, no radio, no clock."""
