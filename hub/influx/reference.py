"""The database's reference as Markdown, made from the schema: ``python -m hub.influx.reference > docs/influxdb.md``."""

import sys
from collections.abc import Iterator

from hub.diary import Aid
from hub.influx.schema import MEASUREMENTS, Bucket, Measurement

_INTRODUCTION = """\
# InfluxDB

With `[influxdb]` in `hub.toml` ([configuration](config.md)) the hub writes what the journal holds into an InfluxDB 2.x,
3, or 1.8, through `/api/v2/write`, which 1.7 has not. It follows the journal with a cursor of its own: while the
database is away everything waits on the hub's disk, and is written when it is back. A point that is written twice
takes its own place. Names of contacts, and what was said of an alert with its label, stay on the hub; notes of the
diary do not: whoever may read the database reads them.

## Setting one up

InfluxDB 2, once it has an organization and an administrator's token (`docker-compose.yml` makes both):

```sh
insole-hub influxdb setup --org insole --token-file influxdb-token --reader-file grafana-token
```

makes both buckets, says how long they keep their points, makes the databases that InfluxQL queries name, and writes a
token that may write to these two buckets and do nothing else (and one that may only read them, for dashboards) into
files that only their owner may read. It prints the table for `hub.toml`. Done again it changes nothing but what is
asked for, such as `--steps-days 180`. The administrator's token comes from `INSOLE_HUB_INFLUXDB_ADMIN_TOKEN`, from a
file, or is asked for; it is kept nowhere.

InfluxDB 1.8, in its `influx` shell; then `username = "hub"` and `password_file` in place of a token. A retention
policy is named so: `bucket = "insole/policy"`.

```sql
CREATE DATABASE insole
CREATE DATABASE insole_steps WITH DURATION 90d
CREATE USER hub WITH PASSWORD '...'
GRANT WRITE ON insole TO hub
GRANT WRITE ON insole_steps TO hub
```

InfluxDB 3: `influxdb3 create database insole`, the same for `insole_steps`, and a token that may write both, in
`token_file`.

How each was tried:

- **2.7.12**: the real server in all of `tests/influx`, in the outages of [reliability](reliability.md), and with the
  dashboards' queries.
- **1.8.10**: the real server, built from its Go module. `make influxdb-1` writes every value and reads it back by
  InfluxQL, sends a journal with points that are refused and points that are too old, tries wrong users, databases and
  policies, and asks all of the dashboards' queries.
- **3: no server was at hand**, since no package registry has one. Its answers to writes, good and bad, are played by
  the test's own server as its published sources give them (`tests/influx/test_answers.py`); queries and dashboards
  were not tried.

## What happens when the database ...

- ... **is away, stalled, overloaded or full**: the hub tries for ever, after 1 s at first, then after up to 60 s, or
  when the database says (`Retry-After`).
- ... **is back**: of a backlog of 2,000 events or more a process beside the hub makes the points, so that alerts are as
  prompt as without one. It takes about 60 MB and ends with the backlog. Where none can be had, the hub says so and does
  it itself.
- ... **does not let the hub in** (401, 403, 404, or no InfluxDB answers): the hub says what to do, and tries once a
  minute.
- ... **refuses points** (400, 413, 422): the hub finds out which, writes the others, and sets those aside in
  `influxdb_refused.jsonl` in its state folder, each with the reason. They are tried again at each start of the hub.
- ... **keeps points for less time than they are old**: they are left out.
- ... **is to forget a wearer** (`insole-hub forget`): 2.x deletes the points. 1.x does not do it from outside; the hub
  says what to say in its shell, in both databases, such as `DELETE WHERE "wearer" = 'anna'`. 3 has no such deletion:
  remove the databases.

Each of these is counted on MQTT ([counts](mqtt.md), `influxdb_...`). The first three make the hub's [health](health.md)
*degraded*, and are findings of [`insole-hub doctor`](doctor.md).

## Buckets

| bucket | kept by default | measurements |
|---|---|---|
"""

_TIMES = """
## Points

Numbers are floats, always. A field that is not known is left out, and never changes its type. Tags never hold an id or
an address. A backslash in a name is written as `/`.

Times are Unix time in ns of when something happened. Their last five digits, 0.1 ms, tell points of one instant apart,
such as a trip and its confirmation; what happened is known to some milliseconds at best. A step of the hub's wall clock
shows in the times: take intervals from the fields, such as `stride_time_s`.

The tag `aid` says which aids were on when it happened, as somebody had said over MQTT by then: `none`, `brace`,
`brace+stick` and so on ({aids}, in this order). It stands in the journal with the event and never changes afterwards,
so what is written again, such as a week's backlog, has the same. A point without the tag (`"aid" = ''` in InfluxQL) is
of a time of which nobody had said anything. A walk has the aids of its end.

Queries are InfluxQL, which 1.x, 2.x and 3 all answer; for example the toe-first share of each day:

```sql
SELECT mean("toe_first_pct") FROM "walk" WHERE "wearer" = 'anna' AND time > now() - 30d GROUP BY time(1d)
```
"""

_KEPT = {Bucket.LASTING: "for ever", Bucket.STEPS: "90 days"}
_KEYS = {Bucket.LASTING: "bucket", Bucket.STEPS: "steps_bucket"}


def reference() -> str:
    """The whole page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _INTRODUCTION.rstrip("\n")
    for bucket in Bucket:
        names = ", ".join(f"`{each.name}`" for each in MEASUREMENTS.values() if each.bucket is bucket)
        yield f"| `{_KEYS[bucket]}` | {_KEPT[bucket]} | {names} |"
    yield _TIMES.replace("{aids}", ", ".join(f"`{aid}`" for aid in Aid)).rstrip("\n")
    for measurement in MEASUREMENTS.values():
        yield from _of(measurement)


def _of(measurement: Measurement) -> Iterator[str]:
    yield f"\n## `{measurement.name}`\n"
    yield f"{measurement.meaning[0].upper()}{measurement.meaning[1:]}. Tags: {', '.join(measurement.tags)}."
    if measurement.kinds:
        yield f"Kinds: {', '.join(f'`{kind}`' for kind in measurement.kinds)}."
    yield ""
    yield "| field | type | meaning |"
    yield "|---|---|---|"
    for name, field in measurement.fields.items():
        yield f"| `{name}` | {'float' if field.type == 'number' else field.type} | {field.meaning} |"


if __name__ == "__main__":
    sys.stdout.write(reference())
