"""Near-duplicates do not crowd out the rest of a result."""

from pathlib import Path

from index.folder import DataFolder
from rag.fusion import load_fusion
from rag.retrieval import Hit, Mode, retrieve
from tests.fakes import fake_folder, ingest
from tests.rag.queries import read_query
from tests.rag.retrieval.library import MODES, TRANSLATED

BULLETIN = (
    "Погода в Уфе на {} мая. Ожидается переменная облачность, без осадков. Ветер юго-западный, "
    "{} метров в секунду. Температура воздуха днём {} градусов тепла, ночью до {} градусов."
)
OTHERS = {
    "river": "Уровень воды в реке Белой у Уфы поднялся на метр. Погода стоит тёплая.",
    "flight": "Рейс из Уфы задержали из-за тумана. Погода улучшится к вечеру.",
}


def searched(
    folder: DataFolder, top_k: int, mode: Mode = "hybrid", group: bool = False
) -> list[Hit]:
    with folder.index.view() as view:
        query = read_query("погода в Уфе", view, TRANSLATED)
        return retrieve(view, query, load_fusion(), top_k, mode, None, group)


def bulletins(data_dir: Path, count: int) -> DataFolder:
    folder = fake_folder(data_dir)
    texts = {f"day{n:03}": BULLETIN.format(n, n % 9, 10 + n % 15, n % 10) for n in range(count)}
    ingest(folder, *({"id": n, "text": t} for n, t in {**texts, **OTHERS}.items()))
    return folder


def test_the_best_of_near_duplicates_stands_for_them(tmp_path: Path) -> None:
    folder = bulletins(tmp_path, 9)
    for mode in MODES:
        for group in (True, False):
            first_documents = [hit.passage.document_id for hit in searched(folder, 3, mode, group)]
            assert {"river", "flight"} < {*first_documents}

    bulletin = next(h for h in searched(folder, 3) if h.passage.document_id.startswith("day"))
    assert len(bulletin.relatives.duplicates) == 8


def test_where_there_is_room_the_others_are_among_them(tmp_path: Path) -> None:
    folder = bulletins(tmp_path, 9)

    grouped = [hit.passage.document_id for hit in searched(folder, 11, group=True)]

    assert len(set(grouped)) == 11
    assert len(searched(folder, 6)) == 6


def test_the_best_comes_first_also_where_near_duplicates_fill_the_list(tmp_path: Path) -> None:
    folder = bulletins(tmp_path, 9)
    for mode in MODES:
        for group in (True, False):
            scores = [hit.score for hit in searched(folder, 11, mode, group)]
            assert len(scores) == 11
            assert scores == sorted(scores, reverse=True)


def test_more_near_duplicates_than_candidates_hide_nothing(tmp_path: Path) -> None:
    folder = bulletins(tmp_path, 130)

    assert {"river", "flight"} < {hit.passage.document_id for hit in searched(folder, 3)}
