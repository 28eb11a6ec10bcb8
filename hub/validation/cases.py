"""Which figures are published in ``docs/validation.md``: recordings of people, and what others reported. Tables."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hub.validation.runner import RunOptions, Sensors
from hub.validation.score import Measure, Score, Spread
from hub.validation.tables import mean_error, proportion

SHIN_ONLY = frozenset({Sensors.INSOLE})
INSOLE_ONLY = frozenset({Sensors.SHIN})
FOUND_S = 0.15
"""A step within this is found, if not dated: no foot lands twice in three times this."""


@dataclass(frozen=True, slots=True)
class RecordedCase:
    """Recordings of people, run in one way.

    Parameters
    ----------
    key : by which other tables refer to the figures.
    title, note : for the reader.
    folder, pattern : set of recordings, and the sessions of it.
    options : how they are run.
    """

    key: str
    title: str
    note: str
    folder: str
    pattern: str = "*"
    options: RunOptions = field(default_factory=RunOptions)

    @property
    def command(self) -> str:
        """What prints the same table."""
        where = f"$INSOLE_HUB_RECORDINGS/{self.folder}" + (f"/{self.pattern}" if self.pattern != "*" else "")
        hide = "".join(f" --hide {sensors.value}" for sensors in sorted(self.options.hide))
        within = "" if self.options.within_s == RunOptions().within_s else f" --within {self.options.within_s}"
        return f"insole-hub validate {where}{hide}{' --warm' if self.options.warm else ''}{within}"


RECORDED = (
    RecordedCase(
        "gaitpdb",
        "gaitpdb: insoles, 19 controls and 21 people with Parkinson's disease",
        "8 force cells per foot, 100 Hz, one walk of a minute per person. The reference is the total force of the same "
        "insole, so timing errors are against that and not against a force plate.",
        "gaitpdb",
    ),
    RecordedCase("gaitpdb_patients", "gaitpdb: the people with Parkinson's disease alone", "", "gaitpdb", "*Pt*"),
    RecordedCase(
        "marpino",
        "marpino: insoles and both shins, adults of 21-29 and 67-85 years",
        "Two cells per foot, uncalibrated; walks of 3 to 7 strides a leg. Cold: every walk is the engine's first.",
        "marpino",
    ),
    RecordedCase("marpino_braced", "marpino: the person with a brace", "", "marpino", "disability_*"),
    RecordedCase(
        "marpino_warm",
        "marpino: insoles and shins, warm",
        "What a first pass over the same walk has taught is known from the start, as on a wearer's second day.",
        "marpino",
        options=RunOptions(warm=True),
    ),
    RecordedCase(
        "marpino_insole",
        "marpino: insoles alone",
        "",
        "marpino",
        options=RunOptions(INSOLE_ONLY),
    ),
    RecordedCase(
        "marpino_shin_cold",
        "marpino: shins alone, cold",
        "Axes unknown and learnt from the same few strides that are judged.",
        "marpino",
        options=RunOptions(SHIN_ONLY),
    ),
    RecordedCase(
        "marpino_shin_warm",
        "marpino: shins alone, warm",
        "Axes and amplitudes learnt in a first pass over the same walk, as on a wearer's second day. The truth comes "
        "from the two cells under the foot, about 6 ms after the shin's own minimum for initial and 41 ms after it for "
        "final contact.",
        "marpino",
        options=RunOptions(SHIN_ONLY, warm=True),
    ),
    RecordedCase(
        "marpino_shin_cold_found",
        "marpino: shins alone, cold, within 150 ms",
        "",
        "marpino",
        options=RunOptions(SHIN_ONLY, within_s=FOUND_S),
    ),
    RecordedCase(
        "marpino_shin_warm_found",
        "marpino: shins alone, warm, within 150 ms",
        "Whether a step was found at all, whatever the time of its own that each foot's cells have.",
        "marpino",
        options=RunOptions(SHIN_ONLY, warm=True, within_s=FOUND_S),
    ),
    RecordedCase(
        "chen",
        "chen: one foot and one-axis gyro, treadmill at 1 to 6 km/h",
        "One adult. The reference leads the gyro by 62 ms (median), with a spread of 20 ms: both were stamped by the "
        "second. Timing of the gyro against it is therefore no measure of the detector: it is judged within 150 ms, "
        "and recall and spread count.",
        "chen",
        options=RunOptions(within_s=FOUND_S),
    ),
    RecordedCase("chen_insole", "chen: cells alone", "", "chen", options=RunOptions(INSOLE_ONLY)),
    RecordedCase(
        "chen_shin_cold",
        "chen: gyro alone, cold, within 150 ms",
        "",
        "chen",
        options=RunOptions(SHIN_ONLY, within_s=FOUND_S),
    ),
    RecordedCase(
        "chen_shin_warm",
        "chen: gyro alone, warm, within 150 ms",
        "",
        "chen",
        options=RunOptions(SHIN_ONLY, warm=True, within_s=FOUND_S),
    ),
    RecordedCase(
        "erciyes",
        "erciyes: acted falls, ankle IMU at 25 Hz",
        "No walking. A contact here would be false and stand under not judged.",
        "erciyes",
    ),
    RecordedCase(
        "miyuzn",
        "miyuzn: raw 35-cell insoles over lossy Wi-Fi",
        "No truth: detections are counted, none is judged.",
        "miyuzn",
    ),
    RecordedCase(
        "pin2gpi",
        "pin2gpi: 16-cell insoles in daily life",
        "No truth: detections are counted, none is judged.",
        "pin2gpi",
    ),
)


Figures = dict[str, Score]
WALKERS = "walkers"
"""Key of the test walkers' trips among the figures."""


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """A published figure and the same quantity here. ``here`` makes it of the scores by key."""

    what: str
    source: str
    published: str
    where_here: str
    here: Callable[[Figures], str]


def _timing(key: str, measure: Measure) -> Callable[[Figures], str]:
    def of(figures: Figures) -> str:
        tally = figures[key].tallies.get(measure)
        return f"recall {proportion(tally.recall)} %; {mean_error(Spread.of(tally.error_s))} ms" if tally else "–"

    return of


def _alarm(key: str, measure: Measure) -> Callable[[Figures], str]:
    def of(figures: Figures) -> str:
        score = figures.get(key, Score(key))
        tally, per_hour = score.tallies.get(measure), score.false_per_hour(measure)
        if tally is None:
            return "–"
        latency = Spread.of(tally.latency_s)
        late = f"; latency {latency.median_ms:.0f} ms (median)" if latency else ""
        return f"recall {proportion(tally.recall)} %; {per_hour:.2f} false/h{late}"

    return of


def _strikes(key: str) -> Callable[[Figures], str]:
    def of(figures: Figures) -> str:
        score = figures[key]
        return "; ".join(f"{strike} {proportion(score.strike_recall(strike))} %" for strike in ("heel", "flat", "toe"))

    return of


PUBLISHED = (
    PublishedRow(
        "initial contact, insole",
        "Salis 2021, 16 cells, 100 Hz, against force plates",
        "mean error about 20 ms",
        "gaitpdb, same-insole reference",
        _timing("gaitpdb", Measure.INITIAL_CONTACT),
    ),
    PublishedRow(
        "final contact, insole",
        "Salis 2021",
        "mean error about 10 ms",
        "gaitpdb, same-insole reference",
        _timing("gaitpdb", Measure.FINAL_CONTACT),
    ),
    PublishedRow(
        "initial contact, shank gyro",
        "Greene 2012, adaptive, against a walkway",
        "33.9 ± 10.4 ms",
        "marpino, shins alone, warm",
        _timing("marpino_shin_warm", Measure.INITIAL_CONTACT),
    ),
    PublishedRow(
        "final contact, shank gyro",
        "Greene 2012",
        "3.8 ± 28.7 ms",
        "marpino, shins alone, warm",
        _timing("marpino_shin_warm", Measure.FINAL_CONTACT),
    ),
    PublishedRow(
        "initial contact, shank gyro, real time",
        "Catalfamo 2010; Maqbool 2016; rules for prosthesis users 2022",
        "success > 98 %; 99.78 % within ±40 ms; 93.5-98.9 %",
        "marpino, shins alone, cold",
        _timing("marpino_shin_cold", Measure.INITIAL_CONTACT),
    ),
    PublishedRow(
        "strike type, zones",
        "Hata 2025, running, against kinematics",
        "rearfoot 94.7 %, forefoot 81.8 % right",
        "gaitpdb, same-insole reference",
        _strikes("gaitpdb"),
    ),
    PublishedRow(
        "trip, confirmed",
        "den Hartog 2021, one shank IMU, 10 healthy people in a laboratory",
        "100 % sensitivity and specificity",
        "test walkers: not people",
        _alarm(WALKERS, Measure.TRIP),
    ),
    PublishedRow(
        "trip, candidate",
        "threshold methods 2026, 25 people",
        "sensitivity > 80 %, about 40 ms",
        "test walkers: not people",
        _alarm(WALKERS, Measure.TRIP_CANDIDATE),
    ),
)
