"""The command line's entry: turns every end of a command into an exit code and at most one clear line."""

import errno
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from hub.errors import AdapterError, ConfigError, InsoleHubError

FAILED = 1
WRONG_USAGE = 2
TRY_AGAIN = os.EX_TEMPFAIL
INTERRUPTED = 128 + signal.SIGINT

OUTPUT_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


def main() -> None:
    """Run a command; exit 0 when it worked, 1 when it failed, 2 for wrong usage or configuration.

    75 when the Bluetooth adapter does not go: another start may find it well.
    """
    _have_streams()
    try:
        _run()
    except ConfigError as error:
        print_config_error(error)
        sys.exit(WRONG_USAGE)
    except InsoleHubError as error:
        sys.stderr.write(f"insole-hub: {error}\n")
        sys.exit(TRY_AGAIN if isinstance(error, AdapterError) else FAILED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
    except OSError as error:
        if error.filename is not None or error.errno not in OUTPUT_ERRORS:
            raise
        sys.stderr.write(f"insole-hub: cannot write to standard output: {error.strerror}\n")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still buffered has nowhere to go
        sys.exit(FAILED)


def _run() -> None:
    with loading():
        from hub.cli.commands import app  # noqa: PLC0415 - slow to load: not before Ctrl-C is looked after
    app()


@contextmanager
def loading() -> Iterator[None]:
    """Ctrl-C while modules are loaded just ends the process."""
    handler = signal.getsignal(signal.SIGINT)
    if handler is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGINT, handler)


def _have_streams() -> None:
    """A stream that the caller has closed is nowhere: what is written to it is lost, and nothing else."""
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")


def print_config_error(error: ConfigError) -> None:
    """Every mistake on a line of its own, under a line that names the file."""
    sys.stderr.write(f"insole-hub: {error}\n")
    for problem in error.problems:
        sys.stderr.write(f"  {problem}\n")
