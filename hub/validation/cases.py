"""Which figures are published in ``docs/validation.md``: recordings, simulations, and what others reported. Tables."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hub.validation.runner import RunOptions, Sensors
from hub.validation.score import Measure, Score, Spread
from hub.validation.simulated import SimulationOptions
from hub.validation.tables import mean_error, proportion

SHIN_ONLY = frozenset({Sensors.INSOLE})
INSOLE_ONLY = frozenset({Sensors.SHIN})


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
        return f"insole-hub validate {where}{hide}{' --warm' if self.options.warm else ''}"


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
        "chen",
        "chen: one foot and one-axis gyro, treadmill at 1 to 6 km/h",
        "One adult. The reference leads the gyro by 62 ms (median), with a spread of 20 ms: both were stamped by the "
        "second. Timing of the gyro against it is therefore no measure of the detector.",
        "chen",
    ),
    RecordedCase(
        "chen_shin_warm",
        "chen: gyro alone, warm",
        "With the reference's lead of 62 ms most right contacts lie outside the 50 ms: the recall tells nothing.",
        "chen",
        options=RunOptions(SHIN_ONLY, warm=True),
    ),
    RecordedCase(
        "erciyes",
        "erciyes: acted falls, ankle IMU at 25 Hz",
        "No walking. There is no fall detector yet: a recall of 0 says that and no more. A contact here would be false "
        "and stand under not judged.",
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


@dataclass(frozen=True, slots=True)
class SimulatedCase:
    """Walks of the synthetic person.

    Parameters
    ----------
    key, title, note : as of ``RecordedCase``.
    profile, minutes, seeds : how the person walks, how long, and how many times anew.
    trips, strength : trips in each walk, and the part of the foot's speed that they take.
    """

    key: str
    title: str
    note: str
    profile: str
    minutes: float
    seeds: tuple[int, ...]
    trips: int = 0
    strength: float = 1.0
    rate_hz: float = 100.0

    @property
    def options(self) -> tuple[SimulationOptions, ...]:
        """One walk for each seed."""
        return tuple(
            SimulationOptions(self.profile, self.minutes, seed, self.rate_hz, trips=self.trips, strength=self.strength)
            for seed in self.seeds
        )

    @property
    def command(self) -> str:
        """What prints the same table."""
        asked = f" --trips {self.trips}" if self.trips else ""
        asked += f" --strength {self.strength:g}" if self.strength != 1.0 else ""
        asked += f" --rate {self.rate_hz:g}" if self.rate_hz != 100.0 else ""
        return (
            f"for n in {' '.join(map(str, self.seeds))}; do insole-hub simulate {self.profile} --minutes "
            f"{self.minutes:g} --seed $n{asked} -o sim/{self.key}/$n; done; insole-hub validate sim/{self.key}"
        )


SIMULATED = (
    SimulatedCase(
        "foot_drop",
        "Foot drop, 10 minutes, 5 seeds",
        "Two insoles of 8 cells and the IMU of the affected shin, 100 Hz.",
        "foot_drop",
        10.0,
        (101, 102, 103, 104, 105),
        trips=10,
    ),
    SimulatedCase("foot_drop_50hz", "Foot drop at 50 Hz", "", "foot_drop", 10.0, (111,), trips=10, rate_hz=50.0),
    SimulatedCase("foot_drop_200hz", "Foot drop at 200 Hz", "", "foot_drop", 10.0, (112,), trips=10, rate_hz=200.0),
    SimulatedCase(
        "foot_drop_half",
        "Foot drop, half arrests",
        "Each obstacle takes half of the foot's speed.",
        "foot_drop",
        10.0,
        (113,),
        trips=10,
        strength=0.5,
    ),
    SimulatedCase(
        "healthy",
        "Healthy, 30 minutes",
        "Every toe-first contact, drag or trip here is a false alarm.",
        "healthy",
        30.0,
        (121,),
    ),
    SimulatedCase(
        "steppage", "Steppage, 10 minutes", "Foot drop made up for by lifting the knee.", "steppage", 10.0, (131,)
    ),
    SimulatedCase("shuffle", "Shuffling, 10 minutes", "Short flat steps at 0.35 m/s.", "shuffle", 10.0, (141,)),
)
"""Seeds from 101 on are kept for these tables: tuning uses others."""


Figures = dict[str, Score]


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
        tally, per_hour = figures[key].tallies.get(measure), figures[key].false_per_hour(measure)
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
        "simulated foot drop: not people",
        _alarm("foot_drop", Measure.TRIP),
    ),
    PublishedRow(
        "trip, candidate",
        "threshold methods 2026, 25 people",
        "sensitivity > 80 %, about 40 ms",
        "simulated foot drop: not people",
        _alarm("foot_drop", Measure.TRIP_CANDIDATE),
    ),
)
