"""A past that stands still, for tests of the server alone."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from hub.page import NotThereError

WALK = {
    "id": "walk1",
    "began": "2026-01-01T10:00:00Z",
    "duration_s": 61.5,
    "steps": 2,
    "toe_first_pct": 50.0,
    "drags": 1,
    "trips": 0,
    "cadence_spm": None,
    "speed_mps": 0.8,
    "coverage_pct": 99.5,
    "aids": "brace",
}
STEPS = {
    "at_s": [0.0, 0.6],
    "side": ["left", "right"],
    "strike": ["toe", "heel"],
    "lead_ms": [45.0, None],
    "good": [False, None],
    "drag": [True, False],
    "trip": [False, False],
    "shank_deg": [-4.5, None],
}
MINUTE = {
    "steps": 2,
    "heel": 0,
    "flat": 0,
    "toe": 1,
    "unknown": 0,
    "good": 0,
    "drags": 1,
    "trips": 0,
    "shank_deg": -4.5,
    "seen_pct": 99.5,
}
FATIGUE = {"measure": "swing_time_s", "first": 0.41, "last": 0.46, "per_min": 0.01, "onset_min": 4.0}
TROUBLE = {"at_s": 3.0, "sensor": "left_insole", "issue": "gap", "reason": "80 ms are missing", "duration_s": 0.08}
INCIDENT = {
    "id": "trip1",
    "rule": "trip",
    "happened": "2026-01-01T10:00:30Z",
    "count": 1,
    "state": "closed",
    "real": None,
}
CLIP = {
    "began": "2026-01-01T10:00:20Z",
    "length_s": 0.04,
    "rate_hz": 50.0,
    "layout": {"left": [{"x": 0.5, "y": 0.1, "region": "heel"}], "right": []},
    "left": {"cells": [[100], None], "cop": [[0.5, 0.1], None]},
    "right": {"cells": [None, None], "cop": [None, None]},
    "shanks": {"left": [None, 3.5], "right": [None, None]},
    "events": [
        {
            "id": "trip1",
            "kind": "trip",
            "side": "left",
            "at_s": 10.0,
            "decided_at_s": 11.2,
            "confidence": 0.9,
            "strategy": "elevating",
            "recovery_s": None,
        }
    ],
    "steps": [{"at_s": 0.02, "side": "left", "strike": "toe"}],
    "damage": None,
}
MEASURE = {
    "measure": "speed_mps",
    "mean": 0.8,
    "days": 4,
    "difference": 0.1,
    "detectable": 0.15,
    "verdict": "no_clear_change",
}


class StillPast:
    """One walk, one trip, one exercise."""

    async def walks(self, nickname: str, day: date | None) -> Mapping[str, Any]:
        return {"day": (day or date(2026, 1, 1)).isoformat(), "walks": [WALK]}

    async def walk(self, nickname: str, walk: str) -> Mapping[str, Any]:
        if walk != "walk1":
            raise NotThereError("not_found", "there is no such walk")
        return {
            "walk": WALK,
            "judged": 1,
            "good": 0,
            "kept_steps": 2,
            "steps": STEPS,
            "minutes": [MINUTE],
            "fatigue": [FATIGUE],
            "fatigue_least_min": 3.0,
            "troubles": [TROUBLE],
            "absent": "fatigue: a walk of less than 3 min",
        }

    async def incidents(self, nickname: str, weeks: int) -> Mapping[str, Any]:
        return {"incidents": [INCIDENT]}

    async def incident(self, nickname: str, incident: str) -> Mapping[str, Any]:
        if incident != "trip1":
            raise NotThereError("not_found", "there is no such trip or fall of the last 90 days")
        return {
            "incident": INCIDENT,
            "what": "a trip of the left foot was noticed",
            "answered_by": "",
            "label_note": "",
            "notes": [{"at": "2026-01-01T11:00:00Z", "text": "on the stairs", "tags": ["stairs"]}],
            "events": [{"id": "trip1", "happened": "2026-01-01T10:00:30Z", "kind": "trip", "state": "kept"}],
        }

    async def clip(self, nickname: str, incident: str, event: str) -> Mapping[str, Any]:
        if (incident, event) != ("trip1", "trip1"):
            raise NotThereError("clip_made_way", "this clip went to make room for newer ones")
        return CLIP

    async def aids(self, nickname: str, weeks: int) -> Mapping[str, Any]:
        one = {"aids": "none", "walks": weeks, "days": 4, "is_reference": True, "measures": [MEASURE]}
        return {"least_days": 3, "aids": [one]}

    async def exercises(self, nickname: str, weeks: int) -> Mapping[str, Any]:
        done = {"exercise": "toe_lifts", "at": "2026-01-01T09:00:00Z", "duration_s": 180.0, "repetitions": None}
        return {"exercises": [done]}
