"""A guided calibration in a terminal: drawn, or told line by line where there is none to draw on."""

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from hub.gait.guide import FootFeeling, Mark, State, Task, View
from sensors.layout import Side

BAR = 24
MARKS = {Mark.DONE: ("✓", "green"), Mark.SKIPPED: ("–", "yellow"), Mark.IMPOSSIBLE: ("–", "dim")}
TITLES = {
    Task.LIFT_LEFT: "left foot in the air",
    Task.LIFT_RIGHT: "right foot in the air",
    Task.STAND: "stand still",
    Task.LEAN_LEFT: "lean to the left",
    Task.LEAN_RIGHT: "lean to the right",
    Task.HEEL_RAISES: "rise on your toes",
    Task.TOE_RAISES: "lift your toes",
    Task.SWING_LEFT: "swing the left leg",
    Task.SWING_RIGHT: "swing the right leg",
    Task.WALK: "walk",
}
KEYS = {
    State.DOING: "s leaves this one out, q stops and changes nothing",
    State.REFUSED: "Enter tries again at once, s leaves this one out, q stops and changes nothing",
    State.ENDED: "",
}
WALK_KEYS = "Enter at each of the two marks 10 m apart, if you time the walk; s leaves it out, q stops"


def guide_screen(view: View, again_s: float) -> RenderableType:
    """The whole picture. ``again_s``: seconds until a refused exercise begins again by itself."""
    heading = TITLES[view.task].capitalize() if view.task else "Done"
    number = view.tasks.index(view.task) + 1 if view.task else len(view.tasks)
    parts: list[RenderableType] = [
        Panel(
            _task(view, again_s),
            title=f"{number} of {len(view.tasks)}: {heading}",
            title_align="left",
            border_style="red" if view.state is State.REFUSED else "cyan",
        ),
        Panel(_feelings(view), title="what the sensors feel", title_align="left"),
        _ended(view),
    ]
    keys = WALK_KEYS if view.task is Task.WALK and view.state is State.DOING else KEYS[view.state]
    return Group(*parts, Text(keys, "dim"))


def _task(view: View, again_s: float) -> Text:
    text = Text()
    if view.instruction is not None:
        text.append(view.instruction.text, style="bold")
    if view.said is not None:
        text.append("\n\n" + view.said.text, style="bold red" if view.state is State.REFUSED else "")
    if view.state is State.REFUSED:
        text.append(f"\n\nOnce more in {max(again_s, 0.0):.0f} s.")
    elif view.done > 0:
        text.append(f"\n\n{_bar(100 * view.done)}")
    return text


def _feelings(view: View) -> Text:
    lines = []
    for side in (Side.LEFT, Side.RIGHT):
        if side in view.feet:
            lines.append(Text(foot_line(side, view.feet[side])))
        if side in view.legs:
            leg = view.legs[side]
            lines.append(Text(f"{side.value:>5} shin {leg.said.text} ({leg.turning_dps:.0f} degrees a second)"))
    return Text("\n").join(lines) if lines else Text("nothing yet", "dim")


def foot_line(side: Side, foot: FootFeeling) -> str:
    """One foot's load as a bar, a number and words; and how it is shared by heel and forefoot while there is any."""
    share = f", heel {foot.heel_pct:.0f} / front {foot.fore_pct:.0f}" if foot.load_pct >= 4 else ""
    return f"{side.value:>5} foot {_bar(foot.load_pct)} {foot.load_pct:4.0f} %  {foot.said.text}{share}"


def _bar(pct: float) -> str:
    full = min(round(pct / 100 * BAR), BAR)
    return "█" * full + "░" * (BAR - full)


def _ended(view: View) -> Text:
    ended = {each.task: each for each in view.ended}
    lines = []
    for task in view.tasks:
        if task in ended:
            mark, style = MARKS[ended[task].mark]
            lines.append(Text(f" {mark} {TITLES[task]}: {ended[task].said.text}", style))
        else:
            lines.append(
                Text(f" {'▸' if task is view.task else ' '} {TITLES[task]}", "bold" if task is view.task else "dim")
            )
    return Text("\n").join(lines)


class GuideLines:
    """Tells what is new, line by line."""

    def __init__(self) -> None:
        self._told: set[str] = set()
        self._task: Task | None = None
        self._refused = ""

    def news(self, view: View) -> list[str]:
        """Lines that were not told yet."""
        lines = []
        for each in view.ended:
            line = f"{MARKS[each.mark][0]} {TITLES[each.task]}: {each.said.text}"
            if line not in self._told:
                self._told.add(line)
                lines.append(line)
        refused = view.said.text if view.state is State.REFUSED and view.said else ""
        if refused and refused != self._refused:
            lines.append(f"! {refused}")
        if (
            view.task is not None
            and view.instruction is not None
            and (view.task is not self._task or (self._refused and not refused))
        ):
            lines.append(f"> {view.instruction.text}")
            self._task = view.task
        self._refused = refused
        return lines
