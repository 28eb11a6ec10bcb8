"""``python -m hub`` is ``insole-hub``."""

from hub.cli import main

main()
