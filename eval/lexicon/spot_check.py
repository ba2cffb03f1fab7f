"""``python -m eval.lexicon.spot_check``: how many entries of the lexicon are right.

``spot_check.tsv`` holds a sample that ``eval.lexicon.sampling`` drew, as many from each band of
probability (the higher of an entry's two) and of sentence pairs that hold both terms, judged by
hand in at most four of these pairs: ``right``, the words behind the terms translate each other
there; ``part``, they belong to set expressions that do («ҡабул итеү бүлмәһе», «приёмная»; «биш
йәшлек», «пятилетний»); ``wrong``, among these a first name beside the surname. What holds in most
of the pairs decides, and the worse at a tie. ``band_size`` is the number of entries in the band.
"""

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from scipy.stats import binomtest  # type: ignore[import-untyped]  # it ships no types

from eval.statistics import LEVEL, Interval

_FILE = Path(__file__).with_name("spot_check.tsv")


@dataclass(frozen=True, slots=True)
class Judged:
    """A judged entry: its band, how many entries that holds, and whether it is good."""

    band: tuple[str, str]
    band_size: int
    good: bool


def read_spot_check(path: Path, good: Sequence[str]) -> list[Judged]:
    """Return the judged entries of ``path``; verdicts that stand in ``good`` are good."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Judged(
                (row["probability_band"], row["pairs_band"]),
                int(row["band_size"]),
                row["verdict"] in good,
            )
            for row in csv.DictReader(file, delimiter="\t")
        ]


def precision(judged: Sequence[Judged]) -> Interval:
    """Return the share of good entries in the bands of ``judged``, each counted by its size.

    Wilson's interval, of as many entries as an even sample would need to be as sure: Kish, "Survey
    Sampling", 1965.
    """
    drawn: dict[tuple[str, str], list[Judged]] = defaultdict(list)
    for entry in judged:
        drawn[entry.band].append(entry)
    weights = [entry.band_size / len(drawn[entry.band]) for entry in judged]
    good = sum(weight for weight, entry in zip(weights, judged, strict=True) if entry.good)
    share = good / sum(weights)
    trials = round(sum(weights) ** 2 / sum(weight**2 for weight in weights))
    interval = binomtest(round(share * trials), trials).proportion_ci(LEVEL, "wilson")
    return Interval(share, float(interval.low), float(interval.high))


def main() -> None:
    """Print the precision of each band of probability and of all."""
    console = Console()
    for name, good in (("right", ["right"]), ("right or part", ["right", "part"])):
        judged = read_spot_check(_FILE, good)
        for band in (*dict.fromkeys(entry.band[0] for entry in judged), None):
            chosen = [entry for entry in judged if band in (entry.band[0], None)]
            share = precision(chosen)
            console.print(
                f"{name}, {band or 'all'}: {share.value:.2f} [{share.low:.2f}, {share.high:.2f}]"
                f" of {len(chosen)}"
            )


if __name__ == "__main__":
    main()
