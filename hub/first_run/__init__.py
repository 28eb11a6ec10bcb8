"""The first run: finds the sensors, asks who wears them and who is told, and writes hub.toml."""
