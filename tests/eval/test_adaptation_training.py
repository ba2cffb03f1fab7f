import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit
from tokenizers.processors import TemplateProcessing
from torch import Tensor
from transformers import AutoModel, BertConfig, BertModel, PreTrainedTokenizerFast

from eval.adaptation.encoder import Encoder
from eval.adaptation.material import Material, Pair, Story
from eval.adaptation.recipe import Recipe
from eval.adaptation.stages import through_stage
from eval.adaptation.training import Training, plan

MARKERS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
BASHKIR = [f"һүҙ{n}" for n in range(16)]
TYPED = [f"хуз{n}" for n in range(16)]  # the same words, as typed on a Russian keyboard
RUSSIAN = [f"слово{n}" for n in range(16)]


def told(numbers: Sequence[int], words: Sequence[str]) -> str:
    return " ".join(words[n] for n in numbers)


def sentence_pairs(count: int) -> list[Pair]:
    """Sentences of two to five words, each word with its one translation."""
    chance = random.Random(5)
    said = [chance.sample(range(16), 2 + n % 4) for n in range(count)]
    return [Pair(told(numbers, BASHKIR), told(numbers, RUSSIAN)) for numbers in said]


def toy_stories(count: int) -> list[Story]:
    """Headlines of three words, and articles of two passages that hold them and more."""
    chance = random.Random(6)
    made = []
    for _ in range(count):
        numbers = chance.sample(range(16), 7)
        languages = (("ba", BASHKIR), ("ru", RUSSIAN))
        made.append(
            Story(
                {language: told(numbers[:3], words) for language, words in languages},
                {
                    language: [told(numbers[:5], words), told([*numbers[5:], numbers[0]], words)]
                    for language, words in languages
                },
            )
        )
    return made


TOY = Material(sentence_pairs(13), toy_stories(9), [])
RECIPE = Recipe("toy", epochs=2, sentence_batch=4, article_batch=3, learning_rate=2e-3, rank=None)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny BERT that knows nothing yet."""
    folder = tmp_path_factory.mktemp("tiny")
    words = [*MARKERS, "query:", "passage:", *BASHKIR, *TYPED, *RUSSIAN]
    tokenizer = Tokenizer(WordLevel({word: n for n, word in enumerate(words)}, "[UNK]"))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token"), MARKERS, strict=True))
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names)  # type: ignore[no-untyped-call] # no types
    fast.save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=256,
        initializer_range=0.3,  # so that different texts have clearly different vectors
    )
    with torch.random.fork_rng():
        torch.manual_seed(11)
        BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


@pytest.fixture
def teacher(base: Path) -> Encoder:
    return Encoder(base)


def student(base: Path, recipe: Recipe) -> Encoder:
    torch.manual_seed(recipe.seed)
    return Encoder(base, recipe.rank)


def losses(
    recipe: Recipe, material: Material, teacher: Encoder, learner: Encoder, checkpoint: Path
) -> list[float]:
    """The loss of each step of a whole training."""
    found: list[float] = []
    Training(recipe, material, teacher, learner).run(
        checkpoint, lambda done, total, loss: found.append(loss)
    )
    return found


def copied(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: weight.clone() for name, weight in weights.items()}


def equal(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_vectors_are_the_mean_of_the_tokens_at_unit_length(base: Path, teacher: Encoder) -> None:
    texts = [told([1, 2, 3, 4, 5, 6], BASHKIR), told([7], RUSSIAN)]
    exact = AutoModel.from_pretrained(base, add_pooling_layer=False).eval()
    tokenizer = PreTrainedTokenizerFast.from_pretrained(base)
    with torch.no_grad():
        found = teacher(texts, 64)
        for row, text in zip(found, texts, strict=True):
            alone = exact(**tokenizer(text, return_tensors="pt")).last_hidden_state[0].mean(0)
            assert torch.cosine_similarity(row, alone, dim=0) > 0.999
    assert found.dtype == torch.float32
    assert found.norm(dim=1).tolist() == pytest.approx([1.0, 1.0])


def test_texts_are_cut_at_the_tokens_that_are_asked_for(teacher: Encoder) -> None:
    text = told(range(10), RUSSIAN)
    with torch.no_grad():
        cut, whole = teacher([text], 6), teacher([text], 64)
        first = teacher([told(range(4), RUSSIAN)], 64)
    assert torch.allclose(cut, first, atol=1e-3)
    assert not torch.allclose(cut, whole, atol=1e-2)
    assert teacher.count_tokens([text, RUSSIAN[0], ""]) == [10, 1, 0]
    assert teacher.count_tokens([]) == []


@pytest.mark.parametrize("rank", [None, 4])
def test_the_weights_are_those_that_the_model_stores_for_its_layers(
    base: Path, rank: int | None
) -> None:
    stored = load_file(base / "model.safetensors")
    layers = {name: weight for name, weight in stored.items() if name.startswith("encoder.")}
    weights = Encoder(base, rank).weights()
    assert equal({f"encoder.{name}": weight for name, weight in weights.items()}, layers)


@pytest.mark.parametrize("rank", [None, 4])
def test_nothing_learns_outside_the_layers(base: Path, rank: int | None) -> None:
    encoder = Encoder(base, rank)
    learning = [n for n, one in encoder.network.named_parameters() if one.requires_grad]
    assert all(name.startswith("encoder.") for name in learning)
    assert len(learning) == len(encoder.trained()) > 0


def test_few_parameters_learn_with_low_rank(base: Path) -> None:
    def count(encoder: Encoder) -> int:
        return sum(one.numel() for one in encoder.trained())

    thin = count(Encoder(base, 2))
    assert thin == 2 * 2 * (4 * (32 + 32) + 2 * (32 + 64))  # layers, rank, matrices' two sides
    assert thin < count(Encoder(base)) / 5


SIZES = Recipe("sizes", sentence_batch=8, article_batch=5)
MANY = Material(
    [Pair("ә" * (1 + n * 37 % 101), "э") for n in range(101)],
    [Story({"ba": "", "ru": ""}, {}) for _ in range(42)],
    [],
)
ANY = torch.nn.functional.normalize(
    torch.randn(42, 8, generator=torch.Generator().manual_seed(0)), dim=1
)


def test_a_plan_is_the_same_for_the_same_seed_alone() -> None:
    assert plan(SIZES, MANY, ANY) == plan(SIZES, MANY, ANY)
    assert plan(SIZES, MANY, ANY) != plan(replace(SIZES, seed=1), MANY, ANY)


@pytest.mark.parametrize("hard", [True, False])
def test_batches_are_full_and_hold_everything_at_most_once(hard: bool) -> None:
    steps = plan(replace(SIZES, hard=hard), MANY, ANY)
    for of_stories, size, batches, count in ((False, 8, 12, 101), (True, 5, 8, 42)):
        rows = [step.rows for step in steps if step.of_stories == of_stories]
        assert [len(batch) for batch in rows] == [size] * batches
        seen = [row for batch in rows for row in batch]
        assert len(set(seen)) == len(seen)
        assert set(seen) <= set(range(count))


def test_an_epoch_holds_as_much_as_is_asked_for() -> None:
    steps = plan(replace(SIZES, sentences=33, articles=11), MANY, ANY)
    assert sum(step.of_stories for step in steps) == 2
    assert sum(not step.of_stories for step in steps) == 4
    assert not any(step.of_stories for step in plan(replace(SIZES, articles=0), MANY, ANY))
    assert len(plan(replace(SIZES, sentences=1000, articles=1000), MANY, ANY)) == 20


def test_epochs_come_one_after_another_and_differ() -> None:
    steps = plan(replace(SIZES, epochs=3), MANY, ANY)
    assert len(steps) == 60
    epochs = [steps[at : at + 20] for at in (0, 20, 40)]
    for epoch in epochs:
        seen = [row for step in epoch if step.of_stories for row in step.rows]
        assert len(seen) == len(set(seen)) == 40
    assert epochs[0] != epochs[1] != epochs[2]
    assert epochs[0] == plan(SIZES, MANY, ANY)


def test_sentences_and_stories_take_turns() -> None:
    kinds = [step.of_stories for step in plan(SIZES, MANY, ANY)]
    assert sum(one != other for one, other in pairwise(kinds)) > 3


def test_stories_that_are_alike_come_together_where_batches_are_hard() -> None:
    events = torch.eye(8)[torch.arange(40) % 8]  # eight events of five stories each
    material = replace(MANY, stories=MANY.stories[:40])

    def of_one_event(hard: bool) -> list[bool]:
        steps = plan(replace(SIZES, hard=hard), material, events)
        return [len({row % 8 for row in step.rows}) == 1 for step in steps if step.of_stories]

    assert of_one_event(hard=True) == [True] * 8
    assert not any(of_one_event(hard=False))


def test_sentences_of_a_batch_are_alike_in_length() -> None:
    lengths = sorted(
        sorted(len(MANY.pairs[row].ba) for row in step.rows)
        for step in plan(SIZES, MANY, ANY)
        if not step.of_stories
    )
    assert all(one[-1] <= other[0] for one, other in pairwise(lengths))


@pytest.mark.parametrize(("rank", "rate"), [(None, 5e-3), (8, 1e-2)])
def test_the_student_learns_to_find_translations(
    base: Path, teacher: Encoder, tmp_path: Path, rank: int | None, rate: float
) -> None:
    recipe = replace(RECIPE, epochs=15, rank=rank, learning_rate=rate, typed=0.0)
    learner = student(base, recipe)
    ba, ru = (["query: " + getattr(pair, side) for pair in TOY.pairs] for side in ("ba", "ru"))

    def found() -> float:
        with torch.no_grad():
            scores = learner(ba, 64) @ teacher(ru, 64).T
        return float((scores.argmax(1) == torch.arange(len(ba))).float().mean())

    before = found()
    of_steps = losses(recipe, TOY, teacher, learner, tmp_path / "c")
    fifth = len(of_steps) // 5  # three epochs
    assert sum(of_steps[-fifth:]) < sum(of_steps[:fifth]) / 2
    assert found() > before + 0.4


def test_what_is_not_taught_does_not_change(base: Path, teacher: Encoder, tmp_path: Path) -> None:
    def outside(encoder: Encoder) -> dict[str, Tensor]:
        state = encoder.network.state_dict()
        return copied({n: w for n, w in state.items() if not n.startswith("encoder.")})

    learner = student(base, RECIPE)
    before, taught, of_teacher = outside(learner), copied(learner.weights()), teacher.weights()
    first = copied(of_teacher)
    losses(RECIPE, TOY, teacher, learner, tmp_path / "c")
    assert "embeddings.word_embeddings.weight" in before
    assert equal(outside(learner), before)
    assert equal(of_teacher, first)
    assert not any(torch.equal(weight, taught[n]) for n, weight in learner.weights().items())


def test_the_same_seed_gives_the_same_weights(base: Path, teacher: Encoder, tmp_path: Path) -> None:
    def learned(recipe: Recipe) -> dict[str, Tensor]:
        learner = student(base, recipe)
        losses(recipe, TOY, teacher, learner, tmp_path / "c")
        return learner.weights()

    once = learned(RECIPE)
    assert equal(learned(RECIPE), once)
    assert not equal(learned(replace(RECIPE, seed=1)), once)


def test_merged_weights_differ_from_the_base_only_after_training(
    base: Path, teacher: Encoder, tmp_path: Path
) -> None:
    recipe = replace(RECIPE, rank=4)
    learner = student(base, recipe)
    assert equal(learner.weights(), teacher.weights())
    losses(recipe, TOY, teacher, learner, tmp_path / "c")
    changed = {n for n, w in learner.weights().items() if not torch.equal(w, teacher.weights()[n])}
    matrices = {n for n, weight in teacher.weights().items() if weight.ndim == 2}
    assert changed == matrices


class Stopped(Exception):
    """The machine was turned off."""


@pytest.mark.parametrize("rank", [None, 4])
def test_a_training_that_was_stopped_goes_on_as_if_it_had_not_been(
    base: Path,
    teacher: Encoder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rank: int | None,
) -> None:
    monkeypatch.setattr("eval.adaptation.training._EVERY", 4)
    recipe, checkpoint = replace(RECIPE, rank=rank), tmp_path / "toy.checkpoint"
    never_stopped = student(base, recipe)
    every = losses(recipe, TOY, teacher, never_stopped, checkpoint)
    assert len(every) == 12
    assert list(tmp_path.iterdir()) == []

    def stop(done: int, total: int, loss: float) -> None:
        if done == 7:
            raise Stopped

    with pytest.raises(Stopped):
        Training(recipe, TOY, teacher, student(base, recipe)).run(checkpoint, stop)
    assert list(tmp_path.iterdir()) == [checkpoint]

    hotter = Training(replace(recipe, learning_rate=0.5), TOY, teacher, student(base, recipe))
    with pytest.raises(ValueError, match="of another recipe"):
        hotter.run(checkpoint, stop)

    seen: list[tuple[int, int, float]] = []
    resumed = Encoder(base, rank)  # adapters begin elsewhere: all must come from the checkpoint
    Training(recipe, TOY, teacher, resumed).run(checkpoint, lambda *told: seen.append(told))
    assert seen == [(n, 12, loss) for n, loss in enumerate(every[4:], 5)]
    assert equal(resumed.weights(), never_stopped.weights())
    assert list(tmp_path.iterdir()) == []


DISTILLED = replace(
    RECIPE, epochs=1, articles=0, distil=1.0, contrast=0.0, keep=0.0, typed=0.0, sentences=4
)


@pytest.fixture
def first_loss(base: Path, teacher: Encoder, tmp_path: Path) -> Callable[..., float]:
    """The loss of the first step, of a student that is still the teacher."""

    def loss(recipe: Recipe, material: Material = TOY) -> float:
        return losses(recipe, material, teacher, student(base, recipe), tmp_path / "c")[0]

    return loss


def test_the_student_is_drawn_to_the_teachers_vector_of_the_russian_side(
    first_loss: Callable[..., float],
) -> None:
    same = replace(TOY, pairs=[Pair(pair.ru, pair.ru) for pair in TOY.pairs])
    assert first_loss(DISTILLED, same) == pytest.approx(0.0, abs=1e-5)
    assert first_loss(DISTILLED) > 0.02


def test_bashkir_is_typed_on_a_russian_keyboard_where_the_recipe_says_so(
    first_loss: Callable[..., float],
) -> None:
    pairs = [Pair(told([n, n + 1], BASHKIR), told([n, n + 1], TYPED)) for n in range(4)]
    material = replace(TOY, pairs=pairs)
    assert first_loss(replace(DISTILLED, typed=1.0), material) == pytest.approx(0.0, abs=1e-5)
    assert first_loss(DISTILLED, material) > 0.02


def test_the_terms_of_the_loss_are_weighed_and_added(first_loss: Callable[..., float]) -> None:
    alone = first_loss(DISTILLED)
    contrast = first_loss(replace(DISTILLED, distil=0.0, contrast=1.0))
    assert contrast > 0.1
    both = first_loss(replace(DISTILLED, distil=3.0, contrast=2.0))
    assert both == pytest.approx(3 * alone + 2 * contrast, rel=1e-4)


RETRIEVED = replace(
    RECIPE, epochs=1, sentences=0, articles=3, keep=0.0, typed=0.0, shuffled=0.0, hard=False
)


def test_stories_that_may_be_of_one_event_are_no_negatives_of_each_other(
    first_loss: Callable[..., float],
) -> None:
    headlines = TOY.stories[0].headlines
    one_event = [replace(story, headlines=headlines) for story in TOY.stories]
    assert first_loss(RETRIEVED, replace(TOY, stories=one_event)) == pytest.approx(0.0, abs=1e-5)
    assert first_loss(RETRIEVED) > 0.1


def test_russian_is_held_to_the_teachers_vectors(first_loss: Callable[..., float]) -> None:
    russian = [
        Story(dict.fromkeys(("ba", "ru"), s.headlines["ru"]), s.passages) for s in TOY.stories
    ]
    held = replace(RETRIEVED, keep=1.0, retrieve=0.0)
    assert first_loss(held, replace(TOY, stories=russian)) == pytest.approx(0.0, abs=1e-5)
    assert first_loss(held) > 0.02


def test_a_stage_keeps_a_share_of_its_way_and_is_not_learned_twice(
    base: Path, tmp_path: Path
) -> None:
    def learn(learner: Encoder) -> dict[str, object]:
        for weight in learner.trained():
            weight.data += 1.0
        return {"minutes": 3.5}

    recipe = replace(RECIPE, share=0.25)
    learned = tmp_path / "further.learned"
    at_first, first, later = Encoder(base), Encoder(base), Encoder(base)
    assert through_stage(first, recipe, learned, lambda: learn(first)) == {"minutes": 3.5}
    assert through_stage(later, recipe, learned, lambda: pytest.fail("again")) == {"minutes": 3.5}
    for name, weight in at_first.layers.state_dict().items():
        for learner in (first, later):
            torch.testing.assert_close(learner.layers.state_dict()[name], weight + 0.25)
    with pytest.raises(ValueError, match="remove it"):  # its weights are others by now
        through_stage(first, recipe, learned, lambda: learn(first))
