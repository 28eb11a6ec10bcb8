"""``insole-hub`` in a process of its own, forked off one that has loaded its modules: to load them takes a second."""

import multiprocessing
import os
import sys
import tempfile
from pathlib import Path
from subprocess import CompletedProcess, TimeoutExpired

from hub.cli import main

LOADED = ("commands", "demo", "export", "forget", "replay", "simulate", "validate")
PATIENCE_S = 120.0
"""Turns a hang into a failure."""

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([f"hub.cli.{name}" for name in LOADED])


def insole_hub(*arguments: str | Path, stdin: str = "") -> CompletedProcess[str]:
    """Run it with arguments; both streams are captured as text.

    Where the start itself is what is tested, where a module is to be missing or a signal comes, start Python instead.
    """
    with tempfile.TemporaryDirectory() as name:
        folder, said = Path(name), [str(each) for each in arguments]
        (folder / "stdin").write_text(stdin)
        process = _context.Process(target=_run, args=(said, folder, dict(os.environ), Path.cwd()))
        process.start()
        process.join(PATIENCE_S)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise TimeoutExpired(said, PATIENCE_S)
        return CompletedProcess(
            said, process.exitcode, (folder / "stdout").read_text(), (folder / "stderr").read_text()
        )


def _run(arguments: list[str], folder: Path, environment: dict[str, str], where: Path) -> None:
    os.chdir(where)
    os.environ.clear()
    os.environ.update(environment)
    for fd, name, mode in ((0, "stdin", os.O_RDONLY), (1, "stdout", os.O_WRONLY), (2, "stderr", os.O_WRONLY)):
        opened = os.open(folder / name, mode | os.O_CREAT, 0o600)
        os.dup2(opened, fd)
        os.close(opened)
    sys.stdin = os.fdopen(0, "r", encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", buffering=1, closefd=False)
    sys.argv = ["insole-hub", *arguments]
    main()
