"""A sample of the outage matrix, one case of each kind of outage; ``make outages`` runs all."""

import os
import random
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.outages.cases import CASES, Case, Course, Outage
from tests.outages.hub_child import render_walks
from tests.outages.judgement import judge
from tests.outages.trial import Times, run
from tests.services.influxdb import Influxd, program

SEED = int(os.environ.get("INSOLE_HUB_OUTAGE_SEED", "3"))
KINDS = ("broker", "database", "network")
BRIEF = Times(calm_s=1.0, outage_s=3.5, flaps_s=(0.5, 0.8, 0.8, 0.5), after_s=1.0, week_walks_n=2)

pytestmark = [pytest.mark.broker, pytest.mark.influx, pytest.mark.long]


def sample() -> list:
    chance = random.Random(SEED)
    drawn = [chance.choice([case for case in CASES if case.outage.startswith(kind)]) for kind in KINDS]
    return [*drawn, Case(Outage.DISK_READ_ONLY, Course.AT_START, kills=True)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory):
    server = Influxd(program(), tmp_path_factory.mktemp("influxd"))
    server.start()
    yield server
    server.end()


@pytest.fixture(scope="module")
def walks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("walks") / "walks.npz"
    render_walks(path)
    return path


@pytest.mark.parametrize("case", sample(), ids=lambda case: case.name)
async def test_nothing_is_lost_doubled_or_out_of_order(case, server, walks, tmp_path):
    evidence = await run(case, tmp_path / case.outage.split()[0], server, walks, BRIEF, SEED)
    verdict = judge(evidence)
    assert verdict.wrong == {}
    assert verdict.points_n == verdict.events_n > 0
    assert bool(verdict.kills_n) is case.kills
    if case.outage is Outage.DISK_READ_ONLY and os.geteuid() == 0:  # else it is not real
        assert any(each.event["position"] is None for each in evidence.seen), "told from memory"
        assert any("NOTHING IS KEPT" in reason for each in evidence.health for reason in each["reasons"])
    if not case.kills:  # what tells of the hub itself waits in memory
        newest = evidence.hub_points[-1]
        assert newest["version"] == version("insole-hub")
        assert newest["memory_mb"] > 10.0
        assert newest["mqtt_waiting"] >= 0.0
