"""``python -m eval.adaptation CORPORA``: teach the bundled model Bashkir.

``train`` learns by the recipes that were chosen, one after the other, and writes what is shipped; a
training that was stopped goes on from its last checkpoint. ``screen`` tries the recipes shortly,
and keeps their figures. ``card`` measures the model that is shipped against the base, after
``make fit``.
"""

import argparse
import json
import time
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from safetensors.numpy import load_file

from eval.adaptation.card import measured, read_card, write_card
from eval.adaptation.encoder import Encoder
from eval.adaptation.judging import make_judge
from eval.adaptation.material import Material, read_material
from eval.adaptation.recipe import SCREENED, STAGES, Recipe
from eval.adaptation.stages import through_stage
from eval.adaptation.training import Training
from eval.headlines import HeadlineBenchmark, read_benchmark
from eval.provenance import commit, now
from index.embedding.adaptation import save_adaptation
from index.embedding.bundled import BASE_SPEC, bundled_folder
from index.settings import IndexSettings

_ROOT = Path(__file__).parents[2]
_SCREENED = _ROOT / "eval" / "reports" / "adaptation.json"


def main() -> None:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("train", "screen", "card"))
    parser.add_argument("corpora", type=Path, help="the folder that holds bashinform, distractors")
    parser.add_argument("--data-dir", type=Path, default=_ROOT / ".data", help="for checkpoints")
    parser.add_argument("--only", action="append", help="screen the recipes of these names alone")
    arguments = parser.parse_args()
    console = Console()
    if arguments.what == "card":
        write_card(read_card() | measured(arguments.corpora, arguments.data_dir))
        return
    workshop = _Workshop(arguments.corpora, arguments.data_dir / "adaptation", console)
    if arguments.what == "train":
        workshop.train()
        return
    for recipe in SCREENED:
        if not arguments.only or recipe.name in arguments.only:
            workshop.screen(recipe)


class _Workshop:
    """The teacher, and what is taught."""

    def __init__(self, corpora: Path, folder: Path, console: Console) -> None:
        self._corpora = corpora
        self._folder = folder
        self._console = console
        self._base = bundled_folder(BASE_SPEC, IndexSettings().model_dir)
        self._teacher = Encoder(self._base)
        self._materials: dict[int, Material] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def train(self) -> None:
        """Learn stage by stage, and write the file and the beginning of its card."""
        student = Encoder(self._base)
        stages = [
            through_stage(
                student, recipe, self._learned(recipe), partial(self._learn, recipe, student)
            )
            for recipe in STAGES
        ]
        base = load_file(self._base / "model.safetensors")
        adapted = {f"encoder.{name}": w.numpy() for name, w in student.weights().items()}
        material = self._material(STAGES[-1].passage_tokens)
        write_card(
            {
                "sha256": save_adaptation(base, adapted),
                "stages": stages,
                "sentences": len(material.pairs),
                "articles": len(material.stories),
                "left_out": [asdict(leak) for leak in material.left_out],
            }
        )
        for recipe in STAGES:
            self._learned(recipe).unlink()

    def _learned(self, recipe: Recipe) -> Path:
        return self._folder / f"{recipe.name}.learned"

    def screen(self, recipe: Recipe) -> None:
        """Learn shortly, judge, and put the figures among those that are kept."""
        torch.manual_seed(recipe.seed)  # low-rank adapters begin by chance
        student = Encoder(self._base, recipe.rank)
        report = self._learn(recipe, student)
        with self._console.status("judging …"):
            report["figures"] = make_judge(self._benchmark(), self._teacher).figures(student)
        self._console.print_json(data=report["figures"])
        kept = json.loads(_SCREENED.read_text("utf-8")) if _SCREENED.is_file() else {}
        kept[recipe.name] = {name: report[name] for name in ("commit", "recipe", "figures")}
        _SCREENED.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")

    def _learn(self, recipe: Recipe, student: Encoder) -> dict[str, Any]:
        self._console.rule(recipe.name)
        material = self._material(recipe.passage_tokens)
        started, code = time.monotonic(), commit()  # of the start: what is loaded is what runs
        training = Training(recipe, material, self._teacher, student)
        columns = (TextColumn("{task.description}"), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=self._console) as progress:
            task = progress.add_task(recipe.name, total=None)

            def show(done: int, total: int, loss: float) -> None:
                told = f"{recipe.name}, loss {loss:.2f}"
                progress.update(task, completed=done, total=total, description=told)

            training.run(self._folder / f"{recipe.name}.checkpoint", show)
        return {
            "created_at": now(),
            "commit": code,
            "recipe": asdict(recipe),
            "minutes": round((time.monotonic() - started) / 60, 1),
        }

    def _material(self, tokens: int) -> Material:
        if tokens not in self._materials:
            with self._console.status("reading …"):
                self._materials[tokens] = read_material(
                    self._corpora, self._teacher.count_tokens, tokens
                )
        return self._materials[tokens]

    def _benchmark(self) -> HeadlineBenchmark:
        return read_benchmark(
            self._corpora / "bashinform" / "articles.dev.jsonl",
            self._corpora / "distractors" / "distractors.jsonl",
        )


if __name__ == "__main__":
    main()
