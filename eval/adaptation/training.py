"""The training: steps in a fixed order, each a batch of sentences or of articles.

Checkpoints hold the student, the optimiser and the step; what comes after a step depends on the
seed and its number alone, so that a training that was stopped goes on as if it had not been.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from eval.adaptation.encoder import Encoder
from eval.adaptation.material import Material, Pair, Story, some_shuffled, some_typed
from eval.adaptation.recipe import Recipe

_EVERY = 50  # steps between checkpoints
_WARM_UP = 0.1  # of all steps
_LAST_RATE = 0.02  # of the learning rate
_KEPT = 16  # Russian sentences a batch that are held to their vectors
_SAME = 0.95  # cosine of headlines that may be about one event: no negatives of each other
_QUERY, _PASSAGE = "query: ", "passage: "


@dataclass(frozen=True, slots=True)
class Step:
    """A batch: which pairs or which stories."""

    of_stories: bool
    rows: Sequence[int]


def plan(recipe: Recipe, material: Material, headlines: Tensor) -> list[Step]:
    """Return all steps of a training.

    ``headlines`` (stories, dimension) are the teacher's vectors of the Russian ones.
    """
    chance = random.Random(recipe.seed)  # noqa: S311 - no secret
    steps = []
    for _ in range(recipe.epochs):
        pairs = _some(len(material.pairs), recipe.sentences, chance)
        pairs.sort(key=lambda at: len(material.pairs[at].ba))  # alike in length: little padding
        stories = _some(len(material.stories), recipe.articles, chance)
        if recipe.hard:
            stories = _neighbours_together(stories, headlines, recipe.article_batch)
        epoch = [
            *(Step(False, rows) for rows in _batches(pairs, recipe.sentence_batch)),
            *(Step(True, rows) for rows in _batches(stories, recipe.article_batch)),
        ]
        chance.shuffle(epoch)
        steps += epoch
    return steps


class Training:
    """A student that learns from a teacher by a recipe."""

    def __init__(
        self, recipe: Recipe, material: Material, teacher: Encoder, student: Encoder
    ) -> None:
        """Plan all steps; the teacher embeds the Russian headlines for it."""
        self._recipe = recipe
        self._material = material
        self._teacher = teacher
        self.student = student
        self._headlines = _vectors(teacher, [_QUERY + s.headlines["ru"] for s in material.stories])
        self._steps = plan(recipe, material, self._headlines)
        self._optimiser = torch.optim.AdamW(
            student.trained(), lr=recipe.learning_rate, weight_decay=0.01
        )
        self._done = 0

    def run(self, checkpoint: Path, progress: Callable[[int, int, float], None]) -> None:
        """Learn to the end, from ``checkpoint`` where it exists; it is removed at the end.

        Raises ValueError where the checkpoint is of another recipe or of other material.

        ``progress`` is called with the steps done, all steps and the loss of the last one.
        """
        if checkpoint.is_file():
            self._load(checkpoint)
        while self._done < len(self._steps):
            loss = self._step(self._steps[self._done])
            self._done += 1
            progress(self._done, len(self._steps), loss)
            if self._done % _EVERY == 0:
                self._save(checkpoint)
        checkpoint.unlink(missing_ok=True)

    def _step(self, step: Step) -> float:
        share = (self._done + 1) / len(self._steps)
        rate = min(1.0, share / _WARM_UP) * max(_LAST_RATE, 1 - share)
        for group in self._optimiser.param_groups:
            group["lr"] = rate * self._recipe.learning_rate
        chance = random.Random(f"{self._recipe.seed} {self._done}")  # noqa: S311 - no secret
        loss = (
            self._of_stories([self._material.stories[at] for at in step.rows], step.rows, chance)
            if step.of_stories
            else self._of_sentences([self._material.pairs[at] for at in step.rows], chance)
        )
        self._optimiser.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(self.student.trained(), 1.0)
        self._optimiser.step()
        return loss.item()

    def _of_sentences(self, pairs: Sequence[Pair], chance: random.Random) -> Tensor:
        recipe, tokens = self._recipe, self._recipe.sentence_tokens
        prefix = chance.choice((_QUERY, _PASSAGE))
        bashkir = some_typed([pair.ba for pair in pairs], recipe.typed, chance)
        with torch.no_grad():
            goals = self._teacher([prefix + pair.ru for pair in pairs], tokens)
        found = self.student([prefix + text for text in bashkir], tokens)
        loss = recipe.distil * _apart(found, goals)
        if recipe.contrast:
            right = torch.arange(len(pairs))
            loss = loss + recipe.contrast * cross_entropy(
                found @ goals.T / recipe.temperature, right
            )
        kept = chance.sample(range(len(pairs)), min(_KEPT, len(pairs)))
        own = self.student([prefix + pairs[at].ru for at in kept], tokens)
        return loss + recipe.keep * len(kept) / len(pairs) * _apart(own, goals[kept])

    def _of_stories(
        self, stories: Sequence[Story], rows: Sequence[int], chance: random.Random
    ) -> Tensor:
        recipe = self._recipe
        typed = some_typed([story.headlines["ba"] for story in stories], recipe.typed, chance)
        queries = self.student(
            [_QUERY + t for t in (*typed, *(story.headlines["ru"] for story in stories))],
            recipe.sentence_tokens,
        )
        chosen = [
            [chance.choice(story.passages[language][:2]) for story in stories]
            for language in ("ba", "ru")
        ]
        texts = some_shuffled([*chosen[0], *chosen[1]], recipe.shuffled, chance)
        tokens = recipe.passage_tokens + 8  # the prefix and the markers
        passages = self.student([_PASSAGE + text for text in texts], tokens)
        goals = self._headlines[list(rows)]
        with torch.no_grad():
            known = self._teacher([_PASSAGE + text for text in texts[len(stories) :]], tokens)
        headlines = torch.cat([goals, goals])
        kept = _apart(queries, headlines) + _apart(passages[len(stories) :], known)
        return recipe.retrieve * self._retrieved(queries, passages, goals) + recipe.keep * kept

    def _retrieved(self, queries: Tensor, passages: Tensor, headlines: Tensor) -> Tensor:
        """Each of (2n) queries finds either of its two passages among (2n) of both languages."""
        count = len(headlines)
        scores = queries @ passages.T / self._recipe.temperature
        own = torch.eye(count, dtype=torch.bool).repeat(2, 2)
        alike = (headlines @ headlines.T > _SAME).repeat(2, 2) & ~own
        scores = scores.masked_fill(alike, -torch.inf)
        losses = []
        for language in (0, 1):
            right = torch.arange(count).repeat(2) + language * count
            other = torch.arange(count).repeat(2) + (1 - language) * count
            rows = torch.arange(2 * count)
            among = scores.index_put((rows, other), torch.tensor(-torch.inf))
            losses.append(cross_entropy(among, right))
        return torch.stack(losses).mean()

    def _save(self, checkpoint: Path) -> None:
        aside = checkpoint.with_suffix(".new")
        state = {
            "student": self.student.layers.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "done": self._done,
            "recipe": repr(self._recipe),
            "steps": len(self._steps),
        }
        torch.save(state, aside)
        aside.replace(checkpoint)

    def _load(self, checkpoint: Path) -> None:
        state = torch.load(checkpoint, weights_only=True)
        if (state["recipe"], state["steps"]) != (repr(self._recipe), len(self._steps)):
            raise ValueError(f"{checkpoint} is of another recipe or material: remove it")
        self.student.layers.load_state_dict(state["student"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._done = state["done"]


def _apart(found: Tensor, goals: Tensor) -> Tensor:
    """Return the mean of 1 − cosine of the rows of two (n, dimension)."""
    return (1 - (found * goals).sum(1)).mean()


def _vectors(encoder: Encoder, texts: Sequence[str]) -> Tensor:
    with torch.no_grad():
        return torch.cat([encoder(texts[at : at + 64], 96) for at in range(0, len(texts), 64)])


def _some(count: int, wanted: int | None, chance: random.Random) -> list[int]:
    return chance.sample(range(count), count if wanted is None else min(count, wanted))


def _batches(rows: Sequence[int], size: int) -> list[Sequence[int]]:
    """Return full batches; the last rows, too few for one, are left out."""
    return [rows[at : at + size] for at in range(0, len(rows) - size + 1, size)]


def _neighbours_together(rows: Sequence[int], vectors: Tensor, size: int) -> list[int]:
    """Return ``rows`` so that each run of ``size`` is a row and those left that are nearest."""
    left = list(rows)
    ordered: list[int] = []
    while left:
        near = vectors[left] @ vectors[left[0]]
        near[0] = 2.0
        taken = near.topk(min(size, len(left))).indices.tolist()
        ordered += [left[at] for at in taken]
        gone = set(taken)
        left = [row for at, row in enumerate(left) if at not in gone]
    return ordered
