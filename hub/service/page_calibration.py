"""A guided calibration as the page shows it; see ``hub.page.model.Calibration``. Pure."""

from typing import Any

from hub.gait.guide import FootFeeling, LegFeeling, Said
from hub.service.calibration import Progress
from sensors.layout import Side

FEET = (Side.LEFT, Side.RIGHT)


def shown(progress: Progress | None) -> dict[str, Any]:
    """The present of a calibration, or none."""
    view = None if progress is None else progress.view
    is_led = progress is not None and not progress.is_over
    now = view if is_led else None
    ended = {} if view is None else {each.task: each for each in view.ended}
    said = now.said if now is not None else None if progress is None else progress.why
    return {
        "state": "none" if progress is None else progress.state,
        "task": None if now is None or now.task is None else now.task.value,
        "instruction": None if now is None else _sentence(now.instruction),
        "said": _sentence(said),
        "done_pct": 0 if now is None else round(100 * now.done),
        "again_s": None if progress is None or progress.again_s is None else round(progress.again_s),
        "feet": {side.value: None if now is None else _foot(now.feet.get(side)) for side in FEET},
        "legs": {side.value: None if now is None else _leg(now.legs.get(side)) for side in FEET},
        "exercises": [
            {
                "task": task.value,
                "mark": ended[task].mark.value if task in ended else None,
                "said": _sentence(ended[task].said) if task in ended else None,
            }
            for task in (() if view is None else view.tasks)
        ],
        "found": [] if progress is None else [_sentence(each) for each in progress.found],
    }


def _sentence(said: Said | None) -> dict[str, Any] | None:
    return None if said is None else {"key": said.key, "values": dict(said.values), "text": said.text}


def _foot(felt: FootFeeling | None) -> dict[str, Any] | None:
    if felt is None:
        return None
    return {"load_pct": round(felt.load_pct), "heel_pct": round(felt.heel_pct), "words": _sentence(felt.said)}


def _leg(felt: LegFeeling | None) -> dict[str, Any] | None:
    return None if felt is None else {"turning_dps": round(felt.turning_dps), "words": _sentence(felt.said)}
