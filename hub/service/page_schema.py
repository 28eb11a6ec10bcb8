"""The page's published schema: ``python -m hub.service.page_schema > docs/page-api.json``."""

import json
import sys
from importlib.metadata import version

from hub.page.openapi import openapi
from hub.service.page_view import PageView


def page_schema() -> str:
    """The whole file."""
    return json.dumps(openapi(PageView.commands, version("insole-hub")), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page_schema())
