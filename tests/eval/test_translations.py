"""The figures of translations that are found count what is right and what is there."""

import json
from pathlib import Path

import pytest

from eval import translations
from tests.fakes import FakeEmbedder

NAMES = ["Хабиров Белая 2024", "Сибай школа 1000", "Ишимбай завод 350", "Бирск мост 78"]


def test_figures_are_of_articles_that_have_both_versions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.folder.open_embedder", lambda settings, on_convert: FakeEmbedder())
    articles, distractors = tmp_path / "bashinform", tmp_path / "distractors"
    articles.mkdir()
    distractors.mkdir()
    rows = [
        {
            "doc_id": str(n), "title_ba": "Исем", "title_ru": "Имя",
            "body_ba": f"{name} тураһында яңы һөйләм һәм әңгәмә, {name} әле эшләй.",
            "body_ru": f"{name} — новость о том, что было, {name} работает.",
        }
        for n, name in enumerate(NAMES)
    ]  # fmt: skip
    (articles / "articles.dev.jsonl").write_text("\n".join(map(json.dumps, rows)))
    other = {"id": 1, "language": "ru", "text": "Совсем другой текст о погоде 5."}
    (distractors / "distractors.jsonl").write_text(json.dumps(other))
    out = tmp_path / "report.json"
    monkeypatch.setattr("sys.argv", ["translations", str(tmp_path), "--out", str(out)])

    assert translations.main() == 0

    report = json.loads(out.read_text())
    assert (report["articles"], report["documents"]) == (4, 9)
    both, fewer = report["both_versions_there"], report["two_thirds_without_one"]
    assert both == {"pairs": 4, "found": 4, "right": 4, "precision": 1.0, "recall": 1.0}
    assert 0 < fewer["pairs"] < 4 * 10
    assert fewer["recall"] == round(fewer["right"] / fewer["pairs"], 4)
