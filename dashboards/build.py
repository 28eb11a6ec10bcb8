"""Writes each dashboard's JSON into ``dashboards/built``: ``python -m dashboards.build``."""

import json
import sys
from pathlib import Path

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from dashboards.clinic import clinic
from dashboards.progress import progress
from dashboards.quality import quality
from dashboards.today import today
from dashboards.trips import trips
from dashboards.walks import walks

BUILT = Path(__file__).with_name("built")


def all_dashboards() -> tuple[Dashboard, ...]:
    """In the order in which a reader meets them."""
    return (progress(), walks(), today(), trips(), quality(), clinic())


def as_json(dashboard: Dashboard) -> str:
    """What Grafana takes."""
    return json.dumps(dashboard.build(), cls=JSONEncoder, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def build(folder: Path = BUILT) -> list[Path]:
    """Write all; gives the files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for dashboard in all_dashboards():
        text = as_json(dashboard)
        path = folder / f"{json.loads(text)['uid'].removeprefix('insole-')}.json"
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


if __name__ == "__main__":
    for path in build():
        sys.stdout.write(f"{path}\n")
