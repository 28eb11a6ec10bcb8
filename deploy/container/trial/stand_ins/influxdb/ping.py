#!/usr/bin/env python3
"""``influx ping``: whether the database answers."""

from urllib.request import urlopen

urlopen("http://127.0.0.1:8086/ping", timeout=5).close()
