# `make demo` and `make test` do all set-up themselves; `make help` lists the rest.
PYTHON ?= python3
HA_PYTHON ?= python3.13
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help setup demo test test-long test-page check format validate evidence kill-demo home-assistant radio-faults outages bench debian-package container-trial virtual-pi page-pictures page-calibration figures dashboards mutations lock clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Insole Hub needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Set PYTHON=/path/to/python3.")'
	@$(PYTHON) -m venv $(VENV) || { echo "Could not make a virtual environment; on Debian and Raspberry Pi OS: sudo apt install python3-venv"; exit 1; }
	@echo "Setting up $(VENV) (about a minute, once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

setup: $(READY)  ## virtual environment with the locked dependencies

demo: $(READY)  ## the whole hub on emulated devices; a walker with foot drop
	@$(BIN)/insole-hub demo $(ARGS)

# tests start Python hundreds of times: what it has compiled is kept, whatever this shell says
test test-long test-page: export PYTHONDONTWRITEBYTECODE :=

test: $(READY)  ## all tests but long ones and those in a browser (nine minutes on two cores)
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "not browser and not long" $(ARGS)

test-long: $(READY)  ## those that take ten seconds or more, as whole hubs that walk in real time and are killed (three minutes on two cores)
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m long $(ARGS)

test-page: $(READY)  ## the page in a real Chromium (about five minutes on two cores)
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m browser $(ARGS)

check: $(READY)  ## ruff, mypy strict, import arrows
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_architecture.py

format: $(READY)  ## format the code and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

validate: $(READY)  ## rewrite docs/validation.md from the recordings and the walker (some minutes)
	$(BIN)/python -m hub.validation.report

evidence: $(READY)  ## 100 hours and more of test walkers through the engine, for docs/validation.md (half an hour on two cores; goes on where it stopped)
	$(BIN)/python -m hub.validation.evidence $(ARGS)

kill-demo: $(READY)  ## kill -9 the demo 20 times at random moments: nothing told is lost, nothing kept untold
	INSOLE_HUB_KILLS=20 $(BIN)/python -m pytest tests/system/test_demo.py -k killed

radio-faults: $(READY)  ## 1,000 random sequences of what can go wrong with the radio, for docs/reliability.md (half an hour)
	INSOLE_HUB_FAULT_SEQUENCES=1000 $(BIN)/python -m pytest -q -s -p no:cacheprovider tests/radio/test_misfortunes.py

outages: $(READY)  ## the outage matrix: broker, database, network and disk, 80 cases, for docs/reliability.md (half an hour)
	$(BIN)/python -m tests.outages.matrix $(ARGS)

influxdb-1: $(READY)  ## the tests of the database and of all dashboards' queries with InfluxDB 1.8, which is built if need be
	tests/services/influxd 1.8.10
	INSOLE_HUB_NO_SKIP=1 INSOLE_HUB_INFLUXDB=1.8.10 $(BIN)/python -m pytest tests/influx/test_version_1.py tests/influx/test_round_trip.py tests/dashboards/test_queries.py

home-assistant: $(READY)  ## let Home Assistant's own code judge what is announced to it (needs Python 3.13: HA_PYTHON; some minutes)
	@test -x $(VENV)-home-assistant/bin/python || $(HA_PYTHON) -m venv $(VENV)-home-assistant
	@$(VENV)-home-assistant/bin/python -m pip install --quiet --disable-pip-version-check homeassistant==2025.4.4 paho-mqtt==2.1.0
	INSOLE_HUB_HOME_ASSISTANT=$(VENV)-home-assistant/bin/python $(BIN)/python -m pytest tests/mqtt/test_home_assistant.py

bench: $(READY)  ## speed, cost and latency, as in docs/performance.md (an hour; wants a quiet machine)
	$(BIN)/python benchmarks/replay.py
	$(BIN)/python benchmarks/day.py
	$(BIN)/python benchmarks/live_cost.py
	$(BIN)/python benchmarks/commit.py
	$(BIN)/python benchmarks/alert_path.py
	$(BIN)/python benchmarks/cue_latency.py
	$(BIN)/python benchmarks/cue_latency.py --insole brilliant_sole
	$(BIN)/python benchmarks/page_watchers.py
	$(BIN)/python benchmarks/devices.py
	$(BIN)/python benchmarks/radio_load.py
	PYTHONPATH=. $(BIN)/python benchmarks/influx_backlog.py

debian-package: $(READY)  ## the Debian package into dist/ (ARGS="arm64": for that kind of machine; needs the network)
	deploy/debian/build $(ARGS)

container-trial:  ## the image from its Dockerfile, and the compose file run by real Podman (as root; two minutes, and some more at first)
	$(PYTHON) deploy/container/trial

virtual-pi: $(READY)  ## the installed hub with real BlueZ in an emulated Debian machine: all trials (hours; see deploy/virtual-pi)
	deploy/virtual-pi/build
	deploy/virtual-pi/run $(ARGS)

dashboards: $(READY)  ## build the dashboards' JSON, and draw them from a real InfluxDB for docs/dashboards.md
	$(BIN)/python -m dashboards.build
	$(BIN)/python -m tests.dashboards.pictures

page-calibration: $(READY)  ## all exercises of the calibration on the page in Chromium, six of them done wrongly at first (some minutes)
	$(BIN)/python -m pytest tests/page/whole_calibration.py

page-pictures: $(READY)  ## take the pictures of docs/page.md with Chromium (two minutes)
	$(BIN)/python -m tests.page.pictures

figures: $(READY)  ## renew what the tests expect the engine to say of the fixed walkers: after a default was changed on purpose
	$(BIN)/python -m tests.gait.figures

mutations: $(READY)  ## every number of the detectors off by half and every detector removed, for docs/mutations.md (hours; goes on where it was broken off)
	$(BIN)/python -m tests.gait.mutations

lock:  ## pin all dependencies anew, with hashes (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml --group dev -o requirements-dev.lock

clean:  ## remove what the targets above made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache build dist
