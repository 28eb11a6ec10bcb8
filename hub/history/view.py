"""What was, as the page shows it, out of the journal, the alert desk and the clips: a ``hub.page.History``."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hub.alert import Alert, Rule
from hub.diary import ExerciseDone, Noted
from hub.errors import RecordingError
from hub.events import FATIGUE_MEASURES, Event, Kind, Value
from hub.gait.detectors.fatigue import FatigueParams
from hub.history.aids import LEAST_DAYS, AidedWalk, compare
from hub.history.clip import FEET, RATE_HZ, PlayedClip, play
from hub.history.walk import WalkCourse, course_of, fatigue_of
from hub.journal import Journal, Record, bounds_ns, local_day
from hub.mqtt import iso
from hub.page import NotThereError
from hub.recording.clip_files import clips_of
from hub.recording.clips import AFTER_S, TOLD_WITHIN_S
from hub.recording.shelf import Shelf
from hub.service.beside_clips import happened_between
from hub.session import InsoleSpec, Session, Wearer

_NS = 10**9

BEFORE_S = 120.0
"""A silence that began so long before a walk is still looked for."""

COMING_S = AFTER_S + TOLD_WITHIN_S + 5.0
"""A clip is on the disk so long after its event."""

WHY_NOT = {
    "coming": "the clip is written some seconds after the event; look again in half a minute",
    "made_way": "this clip went to make room for newer ones; recording.clips_max_mb is their room",
    "missing": "there is no such clip: it was not kept, or it was deleted",
}


class PastView:
    """What was of all wearers.

    Parameters
    ----------
    wearers : by nickname.
    alerts_of : a wearer's alerts of the last 90 days.
    """

    def __init__(
        self,
        journal: Journal,
        shelf: Shelf,
        wearers: Mapping[str, Wearer],
        alerts_of: Callable[[str], tuple[Alert, ...]],
    ) -> None:
        self._journal = journal
        self._shelf = shelf
        self._wearers = wearers
        self._alerts_of = alerts_of
        self._playing = asyncio.Lock()

    async def walks(self, nickname: str, day: date | None) -> dict[str, Any]:
        """The walks that ended on a local day; None: today."""
        day = day or local_day(_now_ns(), None)
        walks = [_walk(record) async for record in self._journal.walks(nickname, *bounds_ns(day, None))]
        return {"day": day.isoformat(), "walks": walks}

    async def walk(self, nickname: str, walk: str) -> dict[str, Any]:
        """One walk, step by step."""
        found = [each for each in await self._journal.with_ids(nickname, [walk]) if each.event.kind is Kind.WALK_END]
        if not found:
            raise NotThereError("not_found", "there is no such walk")
        (end,) = found
        shown = _walk(end)
        from_ns = end.wall_time_ns - round((shown["duration_s"] + BEFORE_S) * _NS)
        told = [each.event async for each in self._journal.history(nickname, from_ns, end.wall_time_ns + _NS)]
        end_s = end.event.time_s
        start_s, wearer = end_s - shown["duration_s"], self._wearers[nickname]
        course = await asyncio.to_thread(course_of, told, start_s, end_s, wearer)
        return _opened(shown, course, end.event.fields)

    async def incidents(self, nickname: str, weeks: int) -> dict[str, Any]:
        """Trips and falls of the last weeks."""
        since_ns = _now_ns() - int(timedelta(weeks=weeks).total_seconds()) * _NS
        alerts = [each for each in self._incidents(nickname) if each.happened_ns >= since_ns]
        return {"incidents": [_incident(each) for each in sorted(alerts, key=lambda each: -each.happened_ns)]}

    async def incident(self, nickname: str, incident: str) -> dict[str, Any]:
        """One trip or fall, and what was said of it."""
        alert = self._alert(nickname, incident)
        ids = (alert.id, *alert.joined)
        told = {record.event.id: record for record in await self._journal.with_ids(nickname, ids)}
        clips = await asyncio.to_thread(self._clips, nickname, alert)
        made_way = await asyncio.to_thread(self._made_way_until, nickname)
        diary = await self._journal.diary.of_wearer(nickname, alert.happened_ns - 86_400 * _NS, _now_ns() + 3600 * _NS)
        notes = [
            {"at": iso(entry.at_ns), "text": entry.what.text, "tags": list(entry.what.tags)}
            for entry in diary
            if isinstance(entry.what, Noted) and entry.what.alert == alert.id
        ]
        return {
            "incident": _incident(alert),
            "what": alert.what,
            "answered_by": alert.answered_by,
            "label_note": alert.note,
            "notes": notes,
            "events": [
                {
                    "id": each,
                    "happened": iso(told[each].wall_time_ns) if each in told else None,
                    "kind": told[each].event.kind.value if each in told else alert.rule.value,
                    "state": _clip_state(
                        told[each].wall_time_ns if each in told else alert.happened_ns, clips.get(each), made_way
                    ),
                }
                for each in ids
            ],
        }

    async def clip(self, nickname: str, incident: str, event: str) -> dict[str, Any]:
        """The seconds around one of its events, to be played."""
        opened = await self.incident(nickname, incident)
        states = {each["id"]: each["state"] for each in opened["events"]}
        if event not in states:
            raise NotThereError("not_found", "there is no such trip or fall")
        path = (await asyncio.to_thread(self._clips, nickname, self._alert(nickname, incident))).get(event)
        if path is None:
            raise NotThereError(f"clip_{states[event]}", WHY_NOT.get(states[event], WHY_NOT["missing"]))
        async with self._playing:  # one at a time: each takes a moment and some memory
            try:
                played = await asyncio.to_thread(play, path)
            except RecordingError as error:
                raise NotThereError("clip_unreadable", str(error)) from error
        begin_ns = await self._begin_ns(nickname, played)
        told = self._journal.history(nickname, begin_ns, begin_ns + round(played.length_s * _NS))
        return _clip(played, begin_ns, [each.event async for each in told])

    async def aids(self, nickname: str, weeks: int) -> dict[str, Any]:
        """Walks with one aid against walks with another."""
        now_ns = _now_ns()
        since_ns = now_ns - int(timedelta(weeks=weeks).total_seconds()) * _NS
        walks = [
            AidedWalk(local_day(record.wall_time_ns, None), record.aids, record.event.fields)
            async for record in self._journal.walks(nickname, since_ns, now_ns)
            if record.aids is not None
        ]
        compared = [
            {
                "aids": each.aids,
                "walks": each.walks_n,
                "days": each.days_n,
                "is_reference": each.is_reference,
                "measures": [
                    {
                        "measure": one.measure,
                        "mean": one.mean,
                        "days": one.days_n,
                        "difference": one.difference,
                        "detectable": one.detectable,
                        "verdict": one.verdict,
                    }
                    for one in each.measures
                ],
            }
            for each in compare(walks)
        ]
        return {"least_days": LEAST_DAYS, "aids": compared}

    async def exercises(self, nickname: str, weeks: int) -> dict[str, Any]:
        """Exercises that were done."""
        now_ns = _now_ns()
        since_ns = now_ns - int(timedelta(weeks=weeks).total_seconds()) * _NS
        done = [
            (entry.at_ns, entry.what)
            for entry in await self._journal.diary.of_wearer(nickname, since_ns, now_ns + 3600 * _NS)
            if isinstance(entry.what, ExerciseDone)
        ]
        return {
            "exercises": [
                {
                    "exercise": what.exercise.value,
                    "at": iso(at_ns),
                    "duration_s": what.duration_s,
                    "repetitions": what.repetitions,
                }
                for at_ns, what in sorted(done, key=lambda each: -each[0])
            ]
        }

    def _incidents(self, nickname: str) -> list[Alert]:
        return [alert for alert in self._alerts_of(nickname) if alert.rule in {Rule.TRIP, Rule.FALL}]

    def _alert(self, nickname: str, incident: str) -> Alert:
        alert = next((each for each in self._incidents(nickname) if each.id == incident), None)
        if alert is None:
            raise NotThereError("not_found", "there is no such trip or fall of the last 90 days")
        return alert

    def _clips(self, nickname: str, alert: Alert) -> dict[str, Path]:
        return clips_of(self._shelf.clips, nickname, (alert.id, *alert.joined), *happened_between(alert))

    def _made_way_until(self, nickname: str) -> datetime | None:
        try:
            return self._shelf.made_way_until(nickname)
        except RecordingError:
            return None

    async def _begin_ns(self, nickname: str, played: PlayedClip) -> int:
        """Unix time of a clip's beginning: as the journal knows the time of its event."""
        events = await self._journal.with_ids(nickname, [event.id for event in played.events])
        for record in events:
            return record.wall_time_ns - round((record.event.time_s - played.begin_s) * _NS)
        raise NotThereError("clip_missing", "the journal does not know the event of this clip")


def _now_ns() -> int:
    return round(datetime.now(UTC).timestamp() * _NS)


def _walk(record: Record) -> dict[str, Any]:
    fields = record.event.fields
    duration_s = _number(fields.get("duration_s")) or 0.0
    return {
        "id": record.event.id,
        "began": iso(record.wall_time_ns - round(duration_s * _NS)),
        "duration_s": duration_s,
        "steps": round(_number(fields.get("steps")) or 0),
        "toe_first_pct": _number(fields.get("toe_first_pct")),
        "drags": round(_number(fields.get("toe_drags")) or 0),
        "trips": round(_number(fields.get("trips")) or 0),
        "cadence_spm": _number(fields.get("cadence_spm")),
        "speed_mps": _number(fields.get("speed_mps")),
        "coverage_pct": _number(fields.get("coverage_pct")) or 0.0,
        "aids": record.aids,
    }


def _opened(walk: dict[str, Any], course: WalkCourse, fields: Mapping[str, Value]) -> dict[str, Any]:
    columns = ("at_s", "side", "strike", "lead_ms", "good", "drag", "trip", "shank_deg")
    steps = {name: [getattr(step, name) for step in course.steps] for name in columns}
    steps["side"] = [side.value for side in steps["side"]]
    for name, digits in (("at_s", 2), ("lead_ms", 0), ("shank_deg", 1)):
        steps[name] = [None if value is None else round(value, digits) for value in steps[name]]
    return {
        "walk": walk,
        "judged": course.judged,
        "good": course.good,
        "kept_steps": len(course.steps),
        "steps": steps,
        "minutes": [asdict(minute) for minute in course.minutes],
        "fatigue": fatigue_of(fields, FATIGUE_MEASURES),
        "fatigue_least_min": FatigueParams().shortest_s / 60.0,
        "troubles": [asdict(trouble) for trouble in course.troubles],
        "absent": fields.get("absent"),
    }


def _incident(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "rule": alert.rule.value,
        "happened": iso(alert.happened_ns),
        "count": alert.count,
        "state": alert.state.value,
        "real": alert.label,
    }


def _clip_state(happened_ns: int, path: Path | None, made_way_until: datetime | None) -> str:
    if path is not None:
        return "kept"
    if made_way_until is not None and happened_ns // _NS <= made_way_until.timestamp():
        return "made_way"
    return "coming" if abs(_now_ns() - happened_ns) < COMING_S * _NS else "missing"


def _clip(played: PlayedClip, begin_ns: int, told: list[Event]) -> dict[str, Any]:
    def since_s(time_s: float) -> float:
        return round(time_s - played.begin_s, 3)

    return {
        "began": iso(begin_ns),
        "length_s": round(played.length_s, 3),
        "rate_hz": RATE_HZ,
        "layout": layout_of(played.session),
        **{side.value: {"cells": played.cells[side], "cop": played.cops[side]} for side in FEET},
        "shanks": {side.value: played.pitches_deg[side] for side in FEET},
        "events": [
            {
                "id": event.id,
                "kind": event.kind.value,
                "side": event.side.value,
                "at_s": since_s(event.time_s),
                "decided_at_s": since_s(event.detected_at_s),
                "confidence": event.confidence,
                "strategy": event.fields.get("strategy"),
                "recovery_s": event.fields.get("recovery_s"),
            }
            for event in played.events
        ],
        "steps": [
            {
                "at_s": since_s(event.time_s),
                "side": event.side.value,
                "strike": event.fields.get("strike") or "unknown",
            }
            for event in sorted(told, key=lambda event: event.time_s)
            if event.kind is Kind.INITIAL_CONTACT and 0.0 <= since_s(event.time_s) <= played.length_s
        ],
        "damage": played.damage,
    }


def layout_of(session: Session | None) -> dict[str, list[dict[str, Any]]]:
    """Where the cells of both insoles lie, as ``hub.page.model.Layout``."""
    specs = {side: session.sensors.get(side.insole) if session else None for side in FEET}
    return {
        side.value: [
            {"x": cell.x, "y": cell.y, "region": cell.region.value}
            for cell in (spec.cells if isinstance(spec, InsoleSpec) else ())
        ]
        for side, spec in specs.items()
    }


def _number(value: Value) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
