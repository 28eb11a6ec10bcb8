"""Writes what the journal holds into tables. A hub may be writing the journal meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from hub.export.files import Format, open_table
from hub.export.tables import (
    ALERTS,
    DAYS,
    DIARY,
    TABLES,
    Row,
    Table,
    alert_row,
    day_row,
    diary_row,
    event_row,
    table_of,
)
from hub.journal import Reader

SINCE_EVER_NS, FOR_EVER_NS = -(1 << 62), 1 << 62


def export_tables(
    reader: Reader,
    wearer: str,
    folder: Path,
    how: Format,
    *,
    from_ns: int = SINCE_EVER_NS,
    to_ns: int = FOR_EVER_NS,
    progress: Callable[[int], object] = lambda _: None,
) -> dict[str, int]:
    """All tables of a wearer for what happened in ``[from_ns, to_ns)``; how many rows each has.

    ``progress`` is told the rows so far, now and then.

    Raises
    ------
    ExportError
        A file cannot be written.
    """
    with ExitStack() as held:
        files = {table.name: held.enter_context(open_table(folder, table, how)) for table in TABLES}
        for k, (table, row) in enumerate(_rows(reader, wearer, from_ns, to_ns)):
            files[table.name].write(row)
            if k % 1000 == 0:
                progress(k)
    return {name: file.n for name, file in files.items()}


def _rows(reader: Reader, wearer: str, from_ns: int, to_ns: int) -> Iterator[tuple[Table, Row]]:
    position = 0
    while (page := reader.of_wearer(wearer, from_ns, to_ns, position)).until > position:
        for record in page.records:
            yield table_of(record.event.kind), event_row(record)
        position = page.until
    for day in reader.days_of_wearer(wearer, "", "9"):
        if from_ns <= day.start_ns < to_ns:
            yield DAYS, day_row(day)
    for alert in reader.newest_alerts(SINCE_EVER_NS):
        if alert.wearer == wearer and from_ns <= alert.happened_ns < to_ns:
            yield ALERTS, alert_row(alert)
    for entry in reader.diary_of_wearer(wearer, from_ns, to_ns):
        yield DIARY, diary_row(entry)
