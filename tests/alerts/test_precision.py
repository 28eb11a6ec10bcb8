"""The hub's own precision, and how sure that is."""

import pytest

from hub.alerts.precision import Precision


@pytest.mark.parametrize(
    ("labelled_n", "true_n", "pct", "interval"),
    [
        (0, 0, None, (None, None)),
        (1, 1, 100.0, (20.7, 100.0)),
        (10, 8, 80.0, (49.0, 94.3)),  # Wilson 1927, as statsmodels and R's binom give it
        (10, 0, 0.0, (0.0, 27.8)),
        (200, 160, 80.0, (73.9, 85.0)),
    ],
)
def test_few_labels_say_little_and_that_is_told(labelled_n, true_n, pct, interval):
    precision = Precision(labelled_n, true_n)
    assert (precision.true_pct, precision.interval_pct) == (pct, interval)
