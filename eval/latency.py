"""How long the stages of an answer take."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

PERCENTILES = (50, 95)


def by_stage(timings_ms: Sequence[Mapping[str, float]]) -> dict[str, NDArray[np.float64]]:
    """Return the milliseconds of each stage, (questions,); NaN where an answer lacks the stage."""
    stages = dict.fromkeys(stage for timings in timings_ms for stage in timings)
    return {
        stage: np.array([timings.get(stage, np.nan) for timings in timings_ms], np.float64)
        for stage in stages
    }


def percentile(milliseconds: NDArray[np.float64], percent: int) -> float | None:
    """Return a percentile of what is not NaN, linear between neighbours; None of nothing."""
    known = milliseconds[~np.isnan(milliseconds)]
    return float(np.percentile(known, percent)) if len(known) else None
