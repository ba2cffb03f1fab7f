import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from eval.adaptation.leaks import leaks
from eval.adaptation.material import (
    Material,
    Pair,
    read_material,
    some_shuffled,
    some_typed,
)
from eval.corpora import LANGUAGES, Article, read_articles
from index.text.language import LanguageGuess
from index.text.sentences import sentence_spans
from tests.eval.conftest import CORPORA

SCHOOL = Article(
    "dev-school",
    {"ba": "Өфөлә яңы мәктәп асылды", "ru": "В Уфе открылась новая школа"},
    {
        "ba": "Бөгөн баш ҡалала мең урынлыҡ мәктәп үҙ ишектәрен асты, уҡыусыларҙы тәүге "
        "ҡыңғырау менән ҡаланың хакимиәт башлығы ҡотланы.",
        "ru": "Сегодня в столице распахнула двери школа на тысячу мест, с первым звонком "
        "учеников поздравил глава администрации города.",
    },
)
WEATHER = Article(
    "dev-weather",
    {"ba": "3 мартҡа һауа торошо", "ru": "Погода на 3 марта"},
    {
        "ba": "Ҡояш 7 сәғәттә сыға. Көндөҙ 2 градус йылы, ваҡыты-ваҡыты менән ҡар һәм ямғыр яуа, "
        "юлдарҙа бик тайғаҡ.",
        "ru": "По данным Башгидрометцентра, сегодня в республике облачная погода с прояснениями, "
        "ночью минус 5 градусов, днём плюс 2 градуса, местами пройдёт небольшой снег, на дорогах "
        "сохранится гололедица.",
    },
)
JUDGED = (SCHOOL, WEATHER)


def other(**changes: Any) -> Article:
    """An article that has nothing in common with those that are judged on, but for ``changes``."""
    fields = {
        "id": "train-1",
        "title_ba": "Сибайҙа ат сабышы уҙҙы",
        "title_ru": "В Сибае прошли скачки",
        "body_ba": "Ярышта утыҙ һыбайлы ҡатнашты, еңеүсегә баш бүләк итеп тай тапшырылды.",
        "body_ru": "В состязаниях участвовали тридцать всадников, победителю вручили жеребёнка.",
    } | changes
    return Article(
        fields["id"],
        {"ba": fields["title_ba"], "ru": fields["title_ru"]},
        {"ba": fields["body_ba"], "ru": fields["body_ru"]},
    )


def of_words(*words: int | str) -> str:
    return " ".join(f"слово{word}" for word in words)


def test_an_article_with_nothing_in_common_is_no_leak() -> None:
    assert list(leaks([other()], JUDGED)) == []


def test_an_equal_id_is_a_leak() -> None:
    (leak,) = leaks([other(id="dev-school")], JUDGED)
    assert (leak.article, leak.judged, leak.share) == ("dev-school", "dev-school", 1.0)


@pytest.mark.parametrize(
    "headline",
    [
        {"title_ba": "Өфөлә яңы мәктәп асылды"},
        {"title_ba": "ӨФӨЛӘ — яңы «мәктәп» асылды!"},
        {"title_ru": "В Уфе открылась новая школа"},
        {"title_ru": "в уфе:  открылась новая ШКОЛА."},
    ],
)
def test_an_equal_headline_in_either_language_is_a_leak(headline: dict[str, str]) -> None:
    (leak,) = leaks([other(**headline)], JUDGED)
    assert (leak.article, leak.judged, leak.share) == ("train-1", "dev-school", 1.0)


def test_a_headline_that_differs_in_a_word_is_none() -> None:
    assert list(leaks([other(title_ru="В Уфе открылась новая больница")], JUDGED)) == []


def test_a_bulletin_that_differs_in_its_numbers_alone_is_a_leak() -> None:
    tomorrow = "".join(
        str((int(letter) + 4) % 10) if letter.isdigit() else letter
        for letter in WEATHER.bodies["ru"]
    )
    assert tomorrow != WEATHER.bodies["ru"]
    (leak,) = leaks([other(body_ru=tomorrow)], JUDGED)
    assert leak.judged == "dev-weather"
    assert 0.3 <= leak.share < 1


@pytest.mark.parametrize("language", ["ba", "ru"])
def test_a_text_that_is_contained_in_a_longer_one_is_a_leak(language: str) -> None:
    longer = f"Беренсе һөйләм башҡа. {SCHOOL.bodies[language]} " + of_words(*range(200))
    (into,) = leaks([other(**{f"body_{language}": longer})], JUDGED)
    assert (into.judged, into.share) == ("dev-school", 1.0)
    shorter = " ".join(SCHOOL.bodies[language].split()[4:10])
    (out_of,) = leaks([other(**{f"body_{language}": shorter})], JUDGED)
    assert (out_of.judged, out_of.share) == ("dev-school", 1.0)


def test_another_article_on_the_same_subject_is_no_leak() -> None:
    another = other(
        title_ba="Стәрлетамаҡта яңы мәктәп төҙөйҙәр",
        title_ru="В Стерлитамаке строят новую школу",
        body_ba="Стәрлетамаҡта мең урынлыҡ мәктәп төҙөйҙәр, ул үҙ ишектәрен көҙ аса, тип хәбәр "
        "итә ҡала хакимиәте.",
        body_ru="В Стерлитамаке строят школу на тысячу мест. Двери она откроет осенью, сообщил "
        "глава города. Учеников в столице и в других городах стало больше.",
    )
    assert list(leaks([another], JUDGED)) == []


@pytest.mark.parametrize(("shared", "found"), [(6, [0.3]), (5, [])])
def test_three_tenths_of_the_runs_of_four_words_are_too_much(
    shared: int, found: list[float]
) -> None:
    judged = other(id="dev-1", title_ba="а", title_ru="б", body_ru=of_words(*range(13)))
    same = of_words(*range(shared), *(f"другое{n}" for n in range(13 - shared)))
    learned = other(body_ba="", body_ru=same)
    assert [leak.share for leak in leaks([learned], [judged])] == found


def test_the_nearest_of_the_judged_articles_is_named() -> None:
    def judged(identifier: str, shared: int) -> Article:
        body = of_words(*range(shared), *(f"{identifier}{n}" for n in range(13 - shared)))
        titles = {"title_ba": f"{identifier} ба", "title_ru": f"{identifier} ру"}
        return other(id=identifier, body_ba="", body_ru=body, **titles)

    candidates = [judged("some", 7), judged("most", 10), judged("half", 8)]
    (leak,) = leaks([other(body_ru=of_words(*range(13)))], candidates)
    assert (leak.judged, leak.share) == ("most", 0.7)


def test_every_leak_is_found_and_each_article_once() -> None:
    learned = [
        other(id="dev-school", body_ru=WEATHER.bodies["ru"]),
        other(id="fine"),
        other(id="reprint", body_ba=SCHOOL.bodies["ba"], body_ru=WEATHER.bodies["ru"]),
    ]
    assert [leak.article for leak in leaks(learned, JUDGED)] == ["dev-school", "reprint"]


def words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def write_lines(file: Path, rows: Sequence[dict[str, str]]) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")


def fields(article: Article) -> dict[str, str]:
    return {
        "doc_id": article.id,
        **{f"title_{language}": title for language, title in article.titles.items()},
        **{f"body_{language}": body for language, body in article.bodies.items()},
    }


@pytest.fixture
def toy(tmp_path: Path) -> Callable[..., Material]:
    """Reads a toy folder with these pairs of (article, Bashkir, Russian) sentences."""

    def read(*sentences: tuple[str, str, str]) -> Material:
        folder = tmp_path / "bashinform"
        learned = [
            other(id="kept", body_ru="Первое предложение здесь. Второе тут. И третье."),
            other(id="too-near", title_ru=SCHOOL.titles["ru"]),
        ]
        write_lines(folder / "articles.train.jsonl", [fields(one) for one in learned])
        write_lines(folder / "articles.dev.jsonl", [fields(one) for one in JUDGED])
        rows = [{"doc_id": article, "ba": ba, "ru": ru} for article, ba, ru in sentences]
        write_lines(folder / "sentence_pairs.train.jsonl", rows)
        return read_material(tmp_path, words, passage_tokens=5)

    return read


def test_an_article_too_near_to_dev_is_left_out_with_its_sentences(
    toy: Callable[..., Material],
) -> None:
    ba, ru = "Бөгөн баш ҡалала мәктәп асылды.", "Сегодня в столице открылась школа."
    material = toy(("too-near", ba, ru), ("kept", ba[::-1], ru[::-1]))
    assert [leak.article for leak in material.left_out] == ["too-near"]
    assert material.pairs == [Pair(ba[::-1], ru[::-1])]
    assert [story.headlines["ru"] for story in material.stories] == ["В Сибае прошли скачки"]


def test_articles_are_cut_into_passages_of_whole_sentences(toy: Callable[..., Material]) -> None:
    (story,) = toy(("kept", "а", "б")).stories
    assert story.passages["ru"] == ["Первое предложение здесь. Второе тут.", "И третье."]
    assert " ".join(story.passages["ba"]) == other().bodies["ba"]
    assert max(words(story.passages["ba"])) <= 5


@pytest.mark.parametrize(
    ("ba", "ru", "kept"),
    [
        (21, 21, True), (399, 399, True), (20, 21, False), (21, 20, False),
        (400, 399, False), (399, 400, False),
    ],
)  # fmt: skip
def test_sentences_that_are_very_short_or_very_long_are_not_learned_from(
    toy: Callable[..., Material], ba: int, ru: int, kept: bool
) -> None:
    material = toy(("kept", "ә" * ba, "э" * ru), ("kept", "ү" * 50, "у" * 50))
    assert (Pair("ә" * ba, "э" * ru) in material.pairs) == kept
    assert Pair("ү" * 50, "у" * 50) in material.pairs


TEXTS = [f"Ҡайҙа һин, {n}? Мин бында, {n}! Ә ул үҙе, {n}… Улар һуң ҡайтты, {n}." for n in range(40)]


def sentences(text: str) -> list[str]:
    return sorted(span.of(text) for span in sentence_spans(text))


def test_none_or_all_are_as_typed_on_a_russian_keyboard() -> None:
    assert some_typed(TEXTS, 0.0, random.Random(1)) == TEXTS
    typed = some_typed(TEXTS, 1.0, random.Random(1))
    assert typed[7] == "Кайза хин, 7? Мин бында, 7! Э ул узе, 7… Улар хун кайтты, 7."
    assert not set(TEXTS) & set(typed)


def test_none_or_all_have_their_sentences_in_random_order() -> None:
    assert some_shuffled(TEXTS, 0.0, random.Random(1)) == TEXTS
    shuffled = some_shuffled(TEXTS, 1.0, random.Random(1))
    assert [sentences(text) for text in shuffled] == [sentences(text) for text in TEXTS]
    orders = {tuple(text.index(s) for s in ("Ҡайҙа", "Мин", "Ә ул", "Улар")) for text in shuffled}
    assert len(orders) > 10


@pytest.mark.parametrize("noise", [some_typed, some_shuffled])
def test_noise_is_a_share_and_the_same_for_the_same_chance(
    noise: Callable[[Sequence[str], float, random.Random], list[str]],
) -> None:
    once = noise(TEXTS, 0.5, random.Random(3))
    assert noise(TEXTS, 0.5, random.Random(3)) == once
    assert noise(TEXTS, 0.5, random.Random(4)) != once
    changed = sum(one != other for one, other in zip(TEXTS, once, strict=True))
    assert 8 < changed < 32


@pytest.fixture(scope="module")
def material() -> Iterator[Material]:
    """What is really learned from, but for the languages of passages, which take long to tell."""
    if not CORPORA.is_dir():
        pytest.skip("../shared/corpora is not there")
    with pytest.MonkeyPatch.context() as patch:
        told = LanguageGuess("ru", 1.0)
        patch.setattr("index.chunking.detect_language", lambda text: told)
        yield read_material(CORPORA, words, passage_tokens=100)


def bare(text: str) -> tuple[str, ...]:
    """The words of a text, without case and punctuation."""
    return tuple(re.sub(r"\W+", " ", text).casefold().split())


def runs(text: str) -> set[tuple[str, ...]]:
    """The runs of four words of a text."""
    said = bare(text)
    return set(zip(said, said[1:], said[2:], said[3:], strict=False))


@pytest.fixture(scope="module")
def dev(material: Material) -> list[Article]:
    return list(read_articles(CORPORA / "bashinform" / "articles.dev.jsonl"))


@pytest.mark.corpora
def test_what_is_kept_are_the_train_articles_that_were_not_left_out(
    material: Material, dev: list[Article]
) -> None:
    left_out = {leak.article for leak in material.left_out}
    train = list(read_articles(CORPORA / "bashinform" / "articles.train.jsonl"))
    kept = [article for article in train if article.id not in left_out]
    assert 0 < len(left_out) < len(train) / 50
    assert {leak.judged for leak in material.left_out} <= {article.id for article in dev}
    assert [story.headlines for story in material.stories] == [article.titles for article in kept]
    assert not {article.id for article in kept} & {article.id for article in dev}
    assert all(story.passages[language] for story in material.stories for language in LANGUAGES)


@pytest.mark.corpora
def test_no_headline_of_dev_is_learned_from(material: Material, dev: list[Article]) -> None:
    judged = {bare(title) for article in dev for title in article.titles.values()}
    learned = {bare(title) for story in material.stories for title in story.headlines.values()}
    assert len(judged) > 800
    assert not judged & learned
    assert not judged & {bare(side) for pair in material.pairs for side in (pair.ba, pair.ru)}


@pytest.mark.corpora
def test_no_body_that_is_learned_from_nearly_stands_in_dev(
    material: Material, dev: list[Article]
) -> None:
    judged = [runs(body) for article in dev for body in article.bodies.values()]
    holders: dict[tuple[str, ...], list[int]] = {}
    for number, of_body in enumerate(judged):
        for run in of_body:
            holders.setdefault(run, []).append(number)
    nearest = 0.0
    for story in material.stories:
        for passages in story.passages.values():
            own = runs(" ".join(passages))
            shared = Counter(number for run in own for number in holders.get(run, ()))
            for number, count in shared.items():
                nearest = max(nearest, count / min(len(own), len(judged[number])))
    assert 0.1 < nearest < 0.3


@pytest.mark.corpora
def test_no_sentence_of_an_article_that_was_left_out_is_learned_from(material: Material) -> None:
    left_out = {leak.article for leak in material.left_out}
    of_left_out: set[Pair] = set()
    of_kept: set[Pair] = set()
    with (CORPORA / "bashinform" / "sentence_pairs.train.jsonl").open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            pair = Pair(row["ba"], row["ru"])
            (of_left_out if row["doc_id"] in left_out else of_kept).add(pair)
    assert of_left_out - of_kept
    assert set(material.pairs) <= of_kept
    assert len(material.pairs) > 30_000
