import csv
import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from eval.errors import InvalidGold
from eval.headlines import read_benchmark
from eval.lexicon import spot_check
from eval.lexicon.alignment import align
from eval.lexicon.learning import STEPS, SentencePair, learn, read_pairs
from eval.lexicon.retrieval import TermMatrix, measure
from eval.lexicon.sampling import COLUMNS, draw, main, read_entries, words_behind
from eval.lexicon.spot_check import Judged, precision
from index.text.analysis import analyse
from rag.lexicon import Entry, Lexicon, lexicon_content, load_lexicon

SPOT_CHECK = Path(spot_check.__file__).with_name("spot_check.tsv")


def pair(ba: str, ru: str) -> SentencePair:
    return SentencePair("a", ba.split(), ru.split())


def best(entries: Iterable[Entry], ba: str) -> str:
    return max((e for e in entries if e.ba == ba), key=lambda e: e.ru_given_ba).ru


def test_terms_that_always_stand_together_are_linked() -> None:
    links = align([[0, 1], [0, 2], [1, 2]], [[1, 0], [2, 0], [1, 2]], 20)
    count = {
        (s, t): c
        for s, t, c in zip(
            links.source.tolist(), links.target.tolist(), links.count.tolist(), strict=True
        )
    }
    for linked in ((0, 0), (1, 1), (2, 2)):
        assert count[linked] == pytest.approx(2, abs=0.2)
    assert sum(count.values()) == pytest.approx(6, abs=0.3)


def test_each_step_is_told_and_the_outcome_is_the_same_each_time() -> None:
    rng = np.random.default_rng(5)
    sources = [rng.integers(0, 8, 5).tolist() for _ in range(20)]
    targets = [[7 - word for word in sentence] for sentence in sources]
    told: list[int] = []
    first = align(sources, targets, 3, lambda: told.append(1))
    again = align(sources, targets, 3)
    assert len(told) == 3
    assert np.array_equal(first.count, again.count)


def test_an_empty_sentence_teaches_nothing() -> None:
    links = align([[0], []], [[0], [1]], 2)
    assert (links.source.tolist(), links.target.tolist()) == ([0], [0])


def test_translations_are_learned_and_what_is_alike_or_a_number_is_not() -> None:
    pairs = [
        pair("кала урам 5", "улица город 5"),
        pair("кала йорт 7", "дом город семь"),
        pair("урам йорт музей", "музей улица дом"),
    ] * 3
    entries = learn(pairs)
    assert best(entries, "кала") == "город"
    assert best(entries, "урам") == "улица"
    assert best(entries, "йорт") == "дом"
    assert all(e.ba != e.ru and not (e.ba + e.ru)[0].isdigit() for e in entries)
    assert all(0 <= p <= 1 for e in entries for p in (e.ru_given_ba, e.ba_given_ru))
    assert not any(e.ba == "музей" and e.ru_given_ba > 0.3 for e in entries)


def test_a_translation_that_stands_twice_is_not_more_than_certain() -> None:
    entries = learn([pair("һыу", "вода вода вода")] * 4 + [pair("ер", "земля")] * 4)
    assert max(e.ru_given_ba for e in entries) == 1.0


def test_every_step_of_learning_is_told() -> None:
    told: list[int] = []
    learn([pair("һыу", "вода")], lambda: told.append(1))
    assert len(told) == STEPS


def test_pairs_are_read_as_terms(tmp_path: Path) -> None:
    file = tmp_path / "pairs.jsonl"
    file.write_text('{"doc_id": "a", "ba": "Өфө ҡалаһы", "ru": "город Уфа"}\n', encoding="utf-8")
    (read,) = read_pairs(file)
    assert read.article == "a"
    assert list(read.ba) == [term.text for term in analyse("Өфө ҡалаһы")]
    assert list(read.ru) == [term.text for term in analyse("город Уфа")]


@pytest.mark.parametrize("line", ["[]", "{", '{"doc_id": "a", "ba": "x"}', '{"ba": 1}'])
def test_a_line_that_is_no_pair_is_reported(tmp_path: Path, line: str) -> None:
    file = tmp_path / "pairs.jsonl"
    file.write_text(f"{line}\n", encoding="utf-8")
    with pytest.raises(InvalidGold, match=r"pairs\.jsonl:1"):
        list(read_pairs(file))


def test_of_alternatives_the_best_one_counts() -> None:
    matrix = TermMatrix({"a": "11, 11", "b": "22, 11", "c": "33, 33"})
    one, other = matrix.score([{"11": 1.0}]), matrix.score([{"22": 1.0}])
    assert other[1] > one[1] > 0
    assert matrix.score([{"11": 1.0, "22": 1.0}]).tolist() == np.maximum(one, other).tolist()
    assert matrix.score([{"11": 1.0, "22": 0.1}]).tolist() == one.tolist()
    assert matrix.score([{"11": 1.0}, {"22": 1.0}]) == pytest.approx(one + other)
    assert matrix.score([{"никто": 1.0}]).tolist() == [0, 0, 0]


def test_precision_counts_each_band_by_its_size() -> None:
    judged = [Judged(("low", ""), 90, False)] * 10 + [Judged(("high", ""), 10, True)] * 10
    share = precision(judged)
    assert share.value == pytest.approx(0.1)
    assert share.low < 0.1 < share.high


def test_entries_are_drawn_from_bands_of_probability_and_of_pairs() -> None:
    pairs = [pair("һыу", "вода")] * 2 + [pair("ер ер", "земля")] * 3 + [pair("ут", "огонь")] * 10
    rare, some, often = (
        Entry("һыу", "вода", 0.02, 0.099),
        Entry("ер", "земля", 0.3, 0.1),
        Entry("ут", "огонь", 0.1, 1.0),
    )
    drawn = draw([rare, some, often, Entry("һыу", "огонь", 0.5, 0.5)], pairs)
    assert [(one.entry, one.band, one.band_size) for one in drawn] == [
        (rare, (".02-.1", "1-2"), 1),
        (some, (".3-.6", "3-9"), 1),
        (often, (".6-1", "10-"), 1),
    ]
    assert drawn[1].places == [2, 3, 4]


def test_as_many_are_drawn_from_each_band_and_the_same_each_time() -> None:
    pairs = [pair(f"ба{number}", f"ру{number}") for number in range(40)]
    entries = [
        Entry(f"ба{number}", f"ру{number}", 0.9 if number < 30 else 0.2, 0.0)
        for number in range(40)
    ]
    drawn = draw(entries, pairs, 4)
    assert Counter((one.band, one.band_size) for one in drawn) == {
        ((".1-.3", "1-2"), 10): 4,
        ((".6-1", "1-2"), 30): 4,
    }
    assert len({one.entry for one in drawn}) == 8
    assert draw(entries, pairs, 4) == drawn
    assert draw(entries, pairs, 4, seed=1) != drawn


def test_the_words_behind_a_term_are_counted_as_they_are_written() -> None:
    (term,) = {one.text for one in analyse("ҡала ҡалаһы")}
    texts = ["Өфө ҡалаһы", "Өфөлә ҙур ҡала", "Сибай ҡалаһы"]
    assert words_behind(term, texts) == {"ҡалаһы": 2, "ҡала": 1}


def test_a_drawn_sample_is_written_to_be_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = [("Өфөнөң ҙур ҡалаһы", "Большой город Уфы"), ("Был ҡаланың урамы", "Улица города")]
    source = tmp_path / "bashinform" / "sentence_pairs.train.jsonl"
    source.parent.mkdir()
    lines = [json.dumps({"doc_id": "a", "ba": ba, "ru": ru}) for ba, ru in [*texts, *texts[1:]]]
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (ba,) = (term.text for term in analyse("ҡалаһы"))
    (ru,) = (term.text for term in analyse("город", "ru"))
    entry = Entry(ba, ru, 0.5, 0.25)
    lexicon = tmp_path / "lexicon.tsv.gz"
    lexicon.write_bytes(lexicon_content([entry], "toy", ["1 entry"]))
    assert read_entries(lexicon) == [entry]
    monkeypatch.setattr("eval.lexicon.sampling._LEXICON", lexicon)
    monkeypatch.setattr(sys, "argv", ["sampling", str(tmp_path), str(tmp_path / "sample.tsv")])
    main()
    header, line = (tmp_path / "sample.tsv").read_text(encoding="utf-8").splitlines()
    assert tuple(header.split("\t")) == COLUMNS
    expected = [ba, ru, "0.500", "0.250", "3", ".3-.6", "3-9", "1", "", "ҡаланың – города"]
    assert line.split("\t") == expected
    printed = capsys.readouterr().out
    assert all(printed.count(sentence) == 1 for both in texts for sentence in both)


def test_every_entry_of_the_spot_check_is_judged() -> None:
    with SPOT_CHECK.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert tuple(rows[0]) == COLUMNS
    assert {line["verdict"] for line in rows} == {"right", "part", "wrong"}
    assert len({(line["ba"], line["ru"]) for line in rows}) == len(rows) == 204
    bands = Counter((line["probability_band"], line["pairs_band"]) for line in rows)
    assert list(bands.values()) == [17] * 12


@pytest.mark.corpora
def test_the_lexicon_finds_across_the_languages(corpora: Path) -> None:
    benchmark = read_benchmark(
        corpora / "bashinform" / "articles.dev.jsonl", corpora / "distractors" / "distractors.jsonl"
    )
    matrix = TermMatrix({name: document.text for name, document in benchmark.corpus.items()})
    lexicon: Lexicon = load_lexicon()
    figures = measure(
        benchmark, matrix, lambda terms: [lexicon.alternatives(t) for t in dict.fromkeys(terms)]
    )
    assert figures["ba→ru"] > 0.8
    assert figures["ru→ba"] > 0.85
