"""Whether memory grows: the slope of what was measured of it."""

from collections.abc import Sequence

import numpy as np

_FILLING = 0.1  # of the measurements: first a process fills what it keeps


def megabytes_an_hour(moments: Sequence[float], sizes: Sequence[float]) -> float:
    """Return by how much ``sizes`` rise in an hour; not a number for fewer than two left of them.

    ``moments`` are seconds, ``sizes`` megabytes, in order; the first tenth is left out.
    """
    first = int(len(moments) * _FILLING)
    if len(moments) - first < 2:
        return float("nan")
    kept = np.array(moments[first:])
    slope = np.polyfit(kept - kept[0], np.array(sizes[first:]), 1)[0]
    return round(3600 * float(slope), 2)
