"""Kills processes at random and chosen moments and requires that nothing is lost by it.

python -m tests.torture [--kills 200] [--seed 1] [--out eval/reports/torture.json]
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from eval.provenance import commit, now
from tests.torture.attacks import ATTACKS, Attack
from tests.torture.hot_swap import hot_swap
from tests.torture.life import Life
from tests.torture.steps import Moment, When, stage_of

_WHENS: tuple[When, ...] = ("before", "after", "within")
_AFRESH = 40  # strikes over one folder, before the next one begins empty


@dataclass(frozen=True, slots=True)
class _Plan:
    """What each attack does and how long it takes, as seen when it was let live."""

    steps: dict[str, Counter[str]]
    seconds: dict[str, float]

    def strikes(self, chance: random.Random) -> Iterator[tuple[str, Moment | None, float | None]]:
        """Yield what is to be done and when it is killed, each stage of work in turn, endlessly."""
        while True:
            for stage, moments in _by_stage(self.steps).items():
                if stage == "any":
                    name = chance.choice(sorted(ATTACKS))
                    yield name, None, chance.uniform(0, self.seconds[name])
                else:
                    yield *chance.choice(moments), None


def _by_stage(steps: dict[str, Counter[str]]) -> dict[str, list[tuple[str, Moment]]]:
    """Return the moments of each stage; of the stage ``any``, which the clock chooses, none."""
    stages: dict[str, list[tuple[str, Moment]]] = {"any": []}
    for name, taken in steps.items():
        for step, count in taken.items():
            for number in {1, (count + 1) // 2, count}:
                for when in _WHENS:
                    moments = stages.setdefault(stage_of(name, step), [])
                    moments.append((name, Moment(step, number, when)))
    return stages


def main() -> int:
    """Torture, print what happens, write the report; 1 where something was lost."""
    options = _options()
    chance = random.Random(options.seed)  # chance, not a secret
    began = time.monotonic()
    by = {name: Counter[str]() for name in ("attack", "stage", "kind", "step")}
    killed = survived = 0
    for folder in _folders():
        attack = Attack(folder, Life(chance))
        plan = _observed(attack)
        for struck, (name, moment, seconds) in enumerate(plan.strikes(chance)):
            if killed == options.kills or struck == _AFRESH:
                break
            what = str(moment or f"after {seconds:.2f} s")
            try:
                outcome = attack.strike(name, moment, seconds)
            except Exception:
                _say(f"{name}, {what}: FAULT; the folder is kept: {folder}")
                raise
            survived += not outcome.killed
            killed += outcome.killed
            if outcome.killed:
                by["attack"][name] += 1
                by["stage"][stage_of(name, moment.step) if moment else "any"] += 1
                by["kind"][moment.when if moment else "by the clock"] += 1
                by["step"][moment.step if moment else "any"] += 1
            _say(f"{killed}/{options.kills} {name}, {what}"
                 + ("" if outcome.killed else ": over before"))  # fmt: skip
        shutil.rmtree(folder)
        if killed == options.kills:
            break
    report = {
        "commit": commit(),
        "made_at": now(),
        "seed": options.seed,
        "kills": killed,
        "over_before_the_kill": survived,
        "faults": 0,
        "seconds": round(time.monotonic() - began),
        **{f"by_{name}": dict(sorted(counts.items())) for name, counts in by.items()},
    }
    report["hot_swap"] = hot_swap(_say)
    options.out.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    _say(f"{killed} kills, no fault: {options.out}")
    return 0


def _observed(attack: Attack) -> _Plan:
    """Do everything once without a kill."""
    outcomes = {name: attack.strike(name) for name in ATTACKS}
    return _Plan(
        {name: outcome.steps for name, outcome in outcomes.items()},
        {name: outcome.seconds for name, outcome in outcomes.items()},
    )


def _folders() -> Iterator[Path]:
    while True:
        yield Path(tempfile.mkdtemp(prefix="yauap-torture-"))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.torture")
    parser.add_argument("--kills", type=int, default=220)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("eval/reports/torture.json"))
    return parser.parse_args()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
