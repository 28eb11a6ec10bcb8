"""Whatever goes wrong, in whatever order: in the end all stream again, and nothing is left behind.

``make radio-faults`` runs a thousand sequences and prints what became of them.
"""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.radio.misfortunes import Misfortune, run, sequences
from tests.radio.warp import WarpedLoop

SEQUENCES = int(os.environ.get("INSOLE_HUB_FAULT_SEQUENCES", "20"))


@pytest.mark.long
def test_every_sequence_of_misfortunes_ends_in_streaming() -> None:
    befell: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    recovered_s: list[float] = []

    @settings(
        max_examples=SEQUENCES,
        deadline=None,
        phases=[Phase.generate],  # to make a sequence shorter costs minutes, and it is short
        derandomize=SEQUENCES < 100,
        suppress_health_check=list(HealthCheck),
    )
    @given(sequences)
    def check(sequence: Sequence[Misfortune]) -> None:
        with asyncio.Runner(loop_factory=WarpedLoop) as runner:
            outcome = runner.run(run(sequence))
        befell.update(one.what for one in sequence)
        counts.update(outcome.counts)
        recovered_s.append(outcome.recovered_s)

    check()
    median_s, most_s, longest_s = np.percentile(recovered_s, [50, 95, 100])
    sys.stdout.write(
        f"\n{len(recovered_s)} sequences of {befell.total()} misfortunes: {dict(befell.most_common())}\n"
        f"what the hub counted: {dict(counts)}\n"
        f"all stream again after the last: median {median_s:.1f} s, 95 % {most_s:.1f} s, longest {longest_s:.1f} s\n"
    )
    assert len(recovered_s) >= SEQUENCES
