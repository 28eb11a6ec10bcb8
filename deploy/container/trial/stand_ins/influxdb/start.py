#!/usr/bin/env python3
"""Start InfluxDB as its own user; at its first start it gets organization, administrator, bucket and token."""

import json
import os
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

DATA, USER = Path("/var/lib/influxdb2"), 1000
INIT = "DOCKER_INFLUXDB_INIT_"


def set_up() -> None:
    """Ask for it until it answers."""
    given = {
        "org": os.environ[INIT + "ORG"],
        "bucket": os.environ[INIT + "BUCKET"],
        "username": os.environ[INIT + "USERNAME"],
        "password": Path(os.environ[INIT + "PASSWORD_FILE"]).read_text().strip(),
        "token": Path(os.environ[INIT + "ADMIN_TOKEN_FILE"]).read_text().strip(),
    }
    asked = Request("http://127.0.0.1:8086/api/v2/setup", json.dumps(given).encode())
    for _ in range(240):
        try:
            urlopen(asked, timeout=10).close()
        except URLError as error:
            if hasattr(error, "code"):
                raise
            time.sleep(0.5)
        else:
            return
    raise SystemExit("influxd does not answer")


first = not (DATA / "influxd.bolt").exists()
for folder in (DATA, Path("/etc/influxdb2")):
    os.chown(folder, USER, USER)
command = ["influxd", "--bolt-path", f"{DATA}/influxd.bolt", "--engine-path", f"{DATA}/engine"]
if first and os.fork() == 0:
    set_up()
    os._exit(0)
os.setgid(USER)
os.setgroups([])
os.setuid(USER)
os.execvp(command[0], command)
