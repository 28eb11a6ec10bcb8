"""``python -m hub.page.probe``: asks the hub on this machine how it is, as a container's health check does.

``INSOLE_HUB_PAGE_PORT`` names its port where it is not the usual one. Exit code 0: it lives; 1: it does not, or nobody
answers.
"""

import json
import os
import sys
from http.client import HTTPConnection, HTTPException

HOST, USUAL_PORT = "127.0.0.1", 8330
ANSWER_S = 5.0


def main() -> int:
    """Ask, print, and say by the exit code whether it lives."""
    port = int(os.environ.get("INSOLE_HUB_PAGE_PORT", USUAL_PORT))
    try:
        connection = HTTPConnection(HOST, port, timeout=ANSWER_S)
        connection.request("GET", "/health")
        answer = connection.getresponse()
        told = json.loads(answer.read())
    except (OSError, HTTPException, ValueError) as error:
        sys.stdout.write(f"nobody answers on {HOST}:{port}: {error}\n")
        return 1
    sys.stdout.write("; ".join([told["state"], *told["reasons"]]) + "\n")
    return 0 if answer.status == 200 else 1


if __name__ == "__main__":
    sys.exit(main())
