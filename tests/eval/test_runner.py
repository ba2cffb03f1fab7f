from pathlib import Path

import pytest

from eval.errors import InvalidGold, RunMismatch, SystemFailed
from eval.runner import run
from eval.runs import RunFolder
from eval.tasks import Options
from tests.eval.toy import (
    Json,
    TownSystem,
    answerable,
    towns,
    unanswerable,
    write_gold,
    write_lines,
)

TOWNS = 4


class Stops(TownSystem):
    """Fails at its third question."""

    def ask(self, request: Json) -> Json:
        if len(self.asked) == 2:
            raise SystemFailed("status 503")
        return super().ask(request)


def test_a_run_is_a_folder(tmp_path: Path) -> None:
    corpus, gold = towns(TOWNS), write_gold(tmp_path / "toy.jsonl", TOWNS)
    told: list[tuple[int, int]] = []
    done = run(
        TownSystem(corpus),
        [gold],
        corpus,
        tmp_path / "run",
        Options(),
        lambda number, total: told.append((number, total)),
    )
    assert {file.name for file in (tmp_path / "run").iterdir()} == {
        "config.json", "index.json", "metrics.json", "records.jsonl",
    }  # fmt: skip
    assert RunFolder(tmp_path / "run").read() == done
    assert told == [(number, 8) for number in range(9)]
    assert done.config.name == "toy"
    assert done.config.documents == TOWNS
    assert done.index["index_version"] == "v1"
    assert done.metrics.questions == 8
    assert str(tmp_path) not in (tmp_path / "run" / "config.json").read_text()


def test_a_run_goes_on_where_it_was_cut_short(tmp_path: Path) -> None:
    corpus, gold = towns(TOWNS), write_gold(tmp_path / "toy.jsonl", TOWNS)
    with pytest.raises(SystemFailed):
        run(Stops(corpus), [gold], corpus, tmp_path / "run", Options())
    with pytest.raises(RunMismatch, match="no finished run"):
        RunFolder(tmp_path / "run").read()
    records = tmp_path / "run" / "records.jsonl"
    records.write_bytes(records.read_bytes() + b'{"id": "yes-1", "fi')  # cut short in a line
    system = TownSystem(corpus)
    resumed = run(system, [gold], corpus, tmp_path / "run", Options())
    assert len(system.asked) == 6
    whole = run(TownSystem(corpus), [gold], corpus, tmp_path / "other", Options())
    assert resumed.records == whole.records
    assert resumed.metrics == whole.metrics


def test_a_finished_run_asks_nothing_again(tmp_path: Path) -> None:
    corpus, gold = towns(TOWNS), write_gold(tmp_path / "toy.jsonl", TOWNS)
    first = run(TownSystem(corpus), [gold], corpus, tmp_path / "run", Options())
    system = TownSystem(corpus)
    assert run(system, [gold], corpus, tmp_path / "run", Options()) == first
    assert system.asked == []


def test_a_folder_keeps_to_its_run(tmp_path: Path) -> None:
    corpus, gold = towns(TOWNS), write_gold(tmp_path / "toy.jsonl", TOWNS)
    run(TownSystem(corpus), [gold], corpus, tmp_path / "run", Options())
    with pytest.raises(RunMismatch, match="another options"):
        run(TownSystem(corpus), [gold], corpus, tmp_path / "run", Options(top_k=3))
    more = towns(TOWNS + 1)
    with pytest.raises(RunMismatch, match="another corpus, documents"):
        run(TownSystem(more), [gold], more, tmp_path / "run", Options())
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("keep")
    with pytest.raises(RunMismatch, match="not empty"):
        run(TownSystem(corpus), [gold], corpus, tmp_path / "mine", Options())


def test_a_run_is_of_one_index(tmp_path: Path) -> None:
    class Changed(TownSystem):
        def info(self) -> Json:
            return {"index_version": "v2"}

    corpus, gold = towns(TOWNS), write_gold(tmp_path / "toy.jsonl", TOWNS)
    run(TownSystem(corpus), [gold], corpus, tmp_path / "run", Options())
    with pytest.raises(RunMismatch, match="index has changed"):
        run(Changed(corpus), [gold], corpus, tmp_path / "run", Options())


def test_nothing_is_asked_of_a_gold_file_with_faults(tmp_path: Path) -> None:
    corpus = towns(2)
    lines = [
        answerable(0),
        answerable(1, evidence=["этого там нет"]),
        answerable(2),
        unanswerable(3),
    ]
    gold = write_lines(tmp_path / "toy.jsonl", lines)
    system = TownSystem(corpus)
    with pytest.raises(InvalidGold) as caught:
        run(system, [gold], corpus, tmp_path / "run", Options())
    assert sorted({problem.line for problem in caught.value.problems}) == [2, 3, 4]
    assert system.asked == []
    assert not (tmp_path / "run").exists()


def test_a_follow_up_is_asked_with_its_history_and_searched_as_understood(tmp_path: Path) -> None:
    class Understands(TownSystem):
        def ask(self, request: Json) -> Json:
            whole = "Сколько человек живёт в городе Озёрск-1?"
            return super().ask(request | {"question": whole}) | {"question": whole}

    corpus = towns(TOWNS)
    turns = [{"role": "user", "content": "Где Озёрск-1?"}]
    line = answerable(1, question="А сколько там человек?", history=turns)
    system = Understands(corpus)
    gold = write_lines(tmp_path / "toy.jsonl", [line])
    done = run(system, [gold], corpus, tmp_path / "run", Options(mode="extractive", top_k=5))
    assert system.asked[0]["history"] == turns
    assert (system.asked[0]["mode"], system.asked[0]["top_k"]) == ("extractive", 5)
    assert system.searched[0]["query"] == "Сколько человек живёт в городе Озёрск-1?"
    assert done.records[0].slices == ["pooled", "ru→ru", "follow-up", "kind how_many"]
    assert done.records[0].right


def test_each_question_can_be_asked_of_its_documents_language(tmp_path: Path) -> None:
    corpus = towns(TOWNS)
    twin = corpus["town-1:ru"].__class__(id="town-1:ba", text="Унда 101 кеше йәшәй.", language="ba")
    corpus = {**corpus, twin.id: twin}
    evidence = [
        *answerable(1)["evidence"],
        {"doc_id": "town-1:ba", "lang": "ba", "quote": "Унда 101 кеше йәшәй."},
    ]
    lines = [
        answerable(1, evidence=evidence),
        answerable(1, id="ba", evidence=evidence, doc_id="town-1:ba", doc_lang="ba"),
        unanswerable(2),
    ]
    gold = write_lines(tmp_path / "toy.jsonl", lines)
    system = TownSystem(corpus)
    done = run(system, [gold], corpus, tmp_path / "run", Options(filter_language=True))
    filters = [request["filters"] for request in system.asked]
    assert filters == [{"language": ["ru"]}, {"language": ["ba"]}, {"language": ["ru"]}]
    assert [request["filters"] for request in system.searched] == filters
    assert [[p.document_id for p in record.expected] for record in done.records] == [
        ["town-1:ru"], ["town-1:ba"], [],
    ]  # fmt: skip
    assert [record.right for record in done.records] == [True, False, False]
    assert {record.article for record in done.records} == {"town-1", "town-2"}


def test_a_response_out_of_shape_stops_the_run(tmp_path: Path) -> None:
    class Unsure(TownSystem):
        def confidence(self, question: str) -> float:
            return 7.0

    corpus, gold = towns(TOWNS), write_gold(tmp_path / "toy.jsonl", TOWNS)
    with pytest.raises(SystemFailed, match="confidence"):
        run(Unsure(corpus), [gold], corpus, tmp_path / "run", Options())


def test_few_questions_are_counted_and_many_are_rated(tmp_path: Path) -> None:
    corpus = towns(40)
    lines = [answerable(n, kind="who" if n < 10 else "how_many") for n in range(40)]
    gold = write_lines(tmp_path / "toy.jsonl", lines)
    metrics = run(TownSystem(corpus), [gold], corpus, tmp_path / "run", Options()).metrics
    few = metrics.slices["kind who"]["evidence_hit"]
    assert (few.questions, few.part, few.whole, few.rate) == (10, 10.0, 10.0, None)
    many = metrics.slices["kind how_many"]["evidence_hit"].rate
    assert many is not None
    assert many.value == 1.0
    assert list(metrics.slices) == ["pooled", "ru→ru", "kind how_many", "kind who"]
    assert (metrics.cluster_by, metrics.clusters) == ("article", 40)


def test_few_articles_are_drawn_by_sentence(tmp_path: Path) -> None:
    corpus = towns(3)
    lines = [answerable(n % 3, id=f"q{n}") for n in range(9)] + [unanswerable(0), unanswerable(1)]
    gold = write_lines(tmp_path / "toy.jsonl", lines)
    metrics = run(TownSystem(corpus), [gold], corpus, tmp_path / "run", Options()).metrics
    assert (metrics.cluster_by, metrics.clusters) == ("sentence", 3 + 2)
