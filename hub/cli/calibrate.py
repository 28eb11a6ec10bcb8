"""``insole-hub calibrate``: the guided calibration."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from hub.calibrating.guided import STOPPED, CalibrateOptions
from hub.calibrating.guided import calibrate as calibrate_wearer
from hub.cli.check import ConfigPath
from hub.config import Config, WearerConfig, load_config
from hub.gait.guide import Outcome
from hub.radio import Bluetooth


def calibrate(
    config: ConfigPath = Path("hub.toml"),
    *,
    wearer: Annotated[
        str | None, typer.Option(help="Whom to calibrate, where the file has several wearers.", metavar="NICK")
    ] = None,
    re_zero: Annotated[
        bool,
        typer.Option(
            "--re-zero", help="Only hold each foot in the air for some seconds: what an insole shows then is zero."
        ),
    ] = False,
    seconds: Annotated[
        list[float] | None,
        typer.Option(
            min=1, max=120, help="Seconds from mark to mark of a 10 m walk; repeat for a second walk.", metavar="S"
        ),
    ] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Show it on emulated sensors and a person who does as told; needs no file.")
    ] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Plain lines even in a terminal.")] = False,
) -> None:
    """Lead the wearer through a calibration of two to four minutes; the hub must not run meanwhile.

    Shoes on and laced, sensors strapped on, a chair, a table to hold on to, and 20 m to walk. Each exercise says what
    to do, shows what the sensors feel, and is accepted or refused with the reason; a refused one begins again by
    itself. `s` leaves one out, `q` or Ctrl-C stops: the old calibration is then as it was.

    For lengths and speeds in metres, put two marks 10 m apart on the floor, with some steps before and behind them, and
    press Enter as the wearer passes each; or stop the time and type it in afterwards. Two walks are better than one.
    """
    options = CalibrateOptions(re_zero, tuple(seconds or ()), plain or not sys.stdout.isatty())
    try:
        outcome = asyncio.run(_run(config, wearer, options, demo=demo))
    except KeyboardInterrupt:
        sys.stderr.write(f"insole-hub: {STOPPED}\n")
        raise
    for said in outcome.said:
        typer.echo(said.text)
    if not outcome.calibration.fits:
        raise typer.Exit(1)


async def _run(path: Path, nickname: str | None, options: CalibrateOptions, *, demo: bool) -> Outcome:
    if demo:
        from hub.calibrating.demo import calibrate_demo  # noqa: PLC0415 - the virtual radio is slow to load

        return await calibrate_demo(options)
    config = load_config(path)
    return await calibrate_wearer(config, _wearer(config, nickname), Bluetooth.system(config.radio.adapter), options)


def _wearer(config: Config, nickname: str | None) -> WearerConfig:
    names = ", ".join(each.nickname for each in config.wearers)
    if nickname is None and len(config.wearers) > 1:
        raise typer.BadParameter(f"there are several wearers: name one of {names}", param_hint="--wearer")
    for each in config.wearers:
        if nickname is None or each.nickname == nickname:
            return each
    raise typer.BadParameter(f"nobody is called {nickname!r}; there is {names}", param_hint="--wearer")
