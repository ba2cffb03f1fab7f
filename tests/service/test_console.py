"""What an operator sees and does in the console, without a script."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eval.datasets import read_gold
from index.backup import restore
from index.catalog import Catalog
from index.errors import Damaged
from index.library import Library
from index.messages import message
from rag.evidence import FEATURES
from rag.scoring import load_weights
from rag.settings import AnswerSettings
from service.keys import Keys
from tests.service.attacks.talking import HOSTILE, add
from tests.service.commands import SEEDS, wait_for
from tests.service.operator import Console, parsed, text_of
from tests.service.running import Service
from tests.service.seed_questions import CAMPUSES, CHAIRMAN, WEATHER
from tests.service.serving import Serve

HELP = {"Accept-Language": "en"}


@pytest.fixture
def console(serve: Serve) -> Iterator[Console]:
    with serve(kept_refusals=100) as client:
        yield Console(client)


def rows(page: Any) -> list[str]:
    """Return the rows of a page's table as text."""
    return [text_of(row) for row in page.xpath("//main//tbody/tr")]


def upload(console: Console, *files: tuple[str, bytes]) -> Any:
    """Add files by the form and return the page of their job once it is finished."""
    sent = console.post("/documents", files=[("files", file) for file in files])
    assert sent.status_code == 303, sent.text
    return console.finished_job(sent.headers["location"].removeprefix("/console"))


def test_files_are_added_and_what_fails_says_why(console: Console) -> None:
    page = upload(
        console,
        ("дом.txt", "Новый дом построен.".encode()),
        ("пусто.txt", b""),
        ("картинка.png", b"\x89PNG"),
        ("большой.txt", b"\0" * 5_000_000),  # more than any other form may hold
    )
    said = text_of(page)
    assert message("document.empty", "en") in said
    listed = rows(page)
    assert [row.split()[1] for row in listed] == [
        "дом.txt",
        "пусто.txt",
        "картинка.png",
        "большой.txt",
    ]
    assert "added" in listed[0]
    assert all("failed" in row for row in listed[1:])
    (link,) = page.xpath("//tbody//a[contains(., 'дом.txt')]/@href")
    assert "Новый дом построен." in text_of(console.page(link.removeprefix("/console")))
    assert "дом.txt" in " ".join(rows(console.page("/documents")))
    assert "failed" in page.xpath("string(//main)")


def test_uploads_of_nothing_or_of_nothing_known_are_refused(console: Console) -> None:
    for files, status, words in (
        ([("files", ("", b""))], 400, message("console.no_files", "en")),
        ([("other", ("a.txt", b"a"))], 400, message("console.no_files", "en")),
        ([("files", ("a.exe", b"MZ"))], 415, ".docx, .epub"),
    ):
        answer = console.post("/documents", files=files, headers=HELP)
        assert answer.status_code == status
        assert words in text_of(parsed(answer).xpath("//*[@role='alert']")[0])
    assert len(rows(console.page("/jobs"))) == 1  # that of the fixture


def test_documents_are_found_by_name_however_it_is_typed(console: Console) -> None:
    add(
        console.client,
        {"id": "a/1", "title": "Ҡала көнө", "text": "Бөгөн байрам.", "source": "press"},
        {"id": "b/2", "title": "День города", "text": "Праздник города."},
    )
    for words, wanted in (
        ("кала", ["Ҡала көнө"]),
        ("ГОРОДА", ["День города"]),
        ("b/2", ["День города"]),
        ("%", []),
        ("нет такого", []),
    ):
        page = console.page(f"/documents?q={words.replace('%', '%25')}")
        assert [text_of(a) for a in page.xpath("//tbody//td[1]//a")] == wanted
    assert len(rows(console.page("/documents?source=press"))) == 1
    assert rows(console.page("/documents?language=ba"))[0].startswith("Ҡала көнө")
    assert "No such documents" in text_of(console.page("/documents?language=zz"))


def test_documents_are_found_by_what_they_say(console: Console) -> None:
    page = console.page("/documents?where=texts&q=горький+мёд")
    found = [text_of(a) for a in page.xpath("//ol[@class='hits']//a")]
    assert found[0] == "closed"
    assert {text_of(mark) for mark in page.xpath("//mark")} >= {"Мёд"}
    assert console.page("/documents?where=texts&q=" + "а" * 2000) is not None
    assert console.page("/documents?where=texts&q=" + "а" * 2001, 422) is not None


def test_a_big_corpus_comes_in_pages(console: Console) -> None:
    add(console.client, *({"id": f"n{n:03}", "text": f"Документ {n}."} for n in range(120)))
    seen: list[str] = []
    path: str | None = "/documents?q=n"
    while path:
        page = console.page(path)
        ids = [text_of(a) for a in page.xpath("//tbody//td[1]//a")]
        assert len(ids) <= 50
        seen += ids
        following = page.xpath("//a[@rel='next']/@href")
        path = following[0].removeprefix("/console") if following else None
    assert seen == [*(f"n{n:03}" for n in range(120)), "open"]
    job = console.page("/jobs").xpath("//tbody//a/@href")[0]
    first = console.page(job.removeprefix("/console"))
    assert len(rows(first)) == 50
    (following,) = first.xpath("//a[@rel='next']/@href")
    assert rows(console.page(following.removeprefix("/console")))[0].startswith("51 n050")


def test_a_document_is_shown_with_its_chunks_and_sentences(console: Console) -> None:
    sentences = [f"Предложение номер {n} довольно длинное и ни о чём." for n in range(900)]
    text = " ".join(sentences)
    add(console.client, {"id": "long", "title": "Длинный", "text": text, "metadata": {"year": 5}})
    shown: list[str] = []
    path: str | None = "/document?id=long"
    pages = 0
    while path:
        page = console.page(path)
        pages += 1
        shown += [text_of(line) for line in page.xpath("//section[@class='chunk']//li")]
        following = page.xpath("//a[@rel='next']/@href")
        path = following[0].removeprefix("/console") if following else None
    assert shown == sentences
    assert pages > 1
    first = console.page("/document?id=long")
    assert "year" in text_of(first.xpath("//dl")[0])
    begins = [text_of(head).split(", ")[0] for head in first.xpath("//section//small")]
    assert begins[0].startswith("0–")
    # A place in the text leads to the chunk that holds it.
    place = text.index("номер 700 ")
    here = console.page(f"/document?id=long&start={place}").xpath("//section")[0]
    assert "номер 700 " in text_of(here)


def test_a_document_is_deleted_and_no_more_found(console: Console) -> None:
    page = console.done("/document/deletion", {"id": "open"})
    assert message("console.deleted", "en") in text_of(page)
    assert [row.split()[0] for row in rows(page)] == ["closed"]
    gone = console.page("/document?id=open", 410)
    assert message("document.deleted", "en", id="open") in text_of(gone)
    assert console.client.get("/v1/documents/open").status_code == 410
    assert console.post("/document/deletion", {"id": "none"}).status_code == 404


def test_what_a_document_holds_never_becomes_markup(console: Console) -> None:
    hostile = {**HOSTILE, "source": "\"'><svg onload=alert(1)>", "published_at": "2024-02-15"}
    add(console.client, hostile, {"id": "bad</li><script>", "text": ""})
    job = console.client.get("/v1/jobs").json()["items"][0]["id"]
    given = console.client.post("/v1/ask", json={"question": "Какой мёд тёмный и горький?"})
    comment = "<script>1</script>{{7*7}}"
    feedback = {"answer_id": given.json()["id"], "rating": -1, "comment": comment}
    assert console.client.post("/v1/feedback", json=feedback).status_code == 204
    identifier = "x%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
    pages = [console.page(path) for path in (
        "", "/documents", "/documents?where=texts&q=мёд", f"/document?id={identifier}",
        f"/jobs/{job}", "/feedback", "/documents?q=%22%3E%3Cscript%3E&source=%3Cb%3E",
    )]  # fmt: skip
    pages.append(parsed(console.post("/ask", {"question": "<script>мёд</script> тёмный?"})))
    told = [text_of(page) for page in pages]
    for page in pages:  # ``parsed`` has looked at scripts, styles, handlers and addresses
        assert not page.xpath("//main//svg | //main//img | //main//a[@target] | //main//li/b")
        assert "javascript:" not in "".join(page.xpath("//@href"))
    assert str(HOSTILE["text"]).partition(". ")[0] in told[3]
    assert "javascript:alert(1)" in told[3]
    assert comment in told[5]
    assert "bad</li><script>" in told[4]


def test_jobs_are_listed_followed_and_cancelled(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = upload(console, ("a.txt", b"Dom."))
    (badge,) = page.xpath("//dl//span[contains(@class, 'badge')]")
    assert text_of(badge) == message("state.succeeded", "en")
    link = console.page("/jobs").xpath("//tbody//a/@href")[0]
    job = link.rpartition("/")[2]
    events = console.get(f"/jobs/{job}/events")
    assert events.headers["content-type"].startswith("text/event-stream")
    assert f'"id": "{job}"' in events.text
    refused = console.post(f"/jobs/{job}/cancellation")
    assert refused.status_code == 409
    monkeypatch.setattr("index.build.Indexer.run_next", lambda *_: False)
    sent = console.post("/documents", files={"files": ("b.txt", b"Most.")})
    path = sent.headers["location"].removeprefix("/console")
    waiting = console.page(path)
    assert waiting.xpath("//progress/@value") == ["0"]
    assert waiting.xpath("//noscript/meta[@http-equiv='refresh']")
    cancelled = console.done(f"{path}/cancellation")
    assert message("state.cancelled", "en") in text_of(cancelled)
    assert not cancelled.xpath("//noscript | //*[@data-events]")


def test_compaction_removes_what_was_deleted(console: Console, honey_folder: Path) -> None:
    console.done("/document/deletion", {"id": "open"})
    before = console.page("")
    assert message("console.compaction_help", "en", count=1) in text_of(before)
    page = console.done("/compaction")
    assert message("console.compaction_asked", "en") in text_of(page)

    def look() -> bool:
        said = text_of(console.page(""))
        return message("console.compaction_help", "en", count=0) in said and "done" in said

    wait_for(look, "the compaction")
    assert "Мёд сладкий".encode() not in (honey_folder / "catalog.sqlite").read_bytes()


def test_a_compaction_that_fails_says_why(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("cause")

    monkeypatch.setattr("index.build.Indexer.compact", broken)
    console.done("/compaction")
    wait_for(lambda: message("state.failed", "en") in text_of(console.page("")), "the failure")
    assert message("job.internal", "en") in text_of(console.page(""))
    assert "cause" not in text_of(console.page(""))


def test_a_backup_is_a_file_that_can_be_put_back(
    console: Console, tmp_path: Path, honey_folder: Path
) -> None:
    answer = console.post("/backup")
    assert answer.headers["content-type"] == "application/x-tar"
    assert answer.headers["content-disposition"].startswith('attachment; filename="yauap-')
    assert int(answer.headers["content-length"]) == len(answer.content)
    file = tmp_path / "backup.tar"
    file.write_bytes(answer.content)
    restore(file, tmp_path / "restored")
    texts = Library(Catalog(tmp_path / "restored"))
    assert texts.text("open") == "Бал тәмле. Мёд сладкий."
    assert not list(honey_folder.glob(".backup-*"))


def test_a_key_is_made_shown_once_and_revoked(console: Console, keys: Keys) -> None:
    first = console.post("/keys", {"name": "site", "scope": ["ask"]}, headers=HELP)
    assert first.status_code == 400
    page = parsed(first)
    assert message("key.first", "en") in text_of(page)
    assert page.xpath("//input[@id='name']/@value") == ["site"]  # nothing typed is lost
    assert page.xpath("//input[@id='scope-ask']/@checked")
    assert keys.list() == []
    made = console.post("/keys", {"name": "<b>me", "scope": ["admin"], "days": "5"})
    (secret,) = parsed(made).xpath("//input[@id='secret']/@value")
    key = keys.verified(secret)
    assert key is not None
    assert (key.name, [*key.scopes]) == ("<b>me", ["admin"])
    assert key.expires_at is not None
    # From now on the console asks for it.
    assert console.get("/keys").status_code == 303
    assert console.sign_in(secret).status_code == 303
    page = console.page("/keys")
    assert secret not in page.xpath("string()")
    assert message("console.own_key", "en") in text_of(page)
    console.done(
        "/keys", {"name": "page", "scope": ["publishable"], "origins": "https://a.example"}
    )
    console.done("/keys", {"name": "guest", "scope": ["ask"], "sources": "public\n open \n"})
    named = {key.name: key for key in keys.list()}
    guest = named["guest"]
    assert tuple(guest.filters.source) == ("public", "open")
    console.done("/keys/revocation", {"id": guest.id})
    assert not keys.get(guest.id).holds
    assert named["page"].origins == ("https://a.example",)


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"name": "", "scope": ["admin"]}, "console.key_form"),
        ({"name": "x"}, "console.key_form"),
        ({"name": "x", "scope": ["root"]}, "console.key_form"),
        ({"name": "x", "scope": ["admin"], "days": "0"}, "console.key_form"),
        ({"name": "x", "scope": ["admin"], "days": "x"}, "console.key_form"),
        ({"name": "x", "scope": ["admin"], "sources": "a"}, "key.filters"),
        ({"name": "x", "scope": ["admin", "publishable"]}, "key.publishable_alone"),
        ({"name": "x", "scope": ["admin"], "origins": "https://a.example"}, "key.origins"),
    ],
)
def test_a_key_that_cannot_be_is_not_made(
    console: Console, keys: Keys, fields: dict[str, Any], key: str
) -> None:
    answer = console.post("/keys", fields, headers=HELP)
    assert answer.status_code == 400
    assert message(key, "en") in text_of(parsed(answer))
    assert keys.list() == []


def test_asking_shows_the_inside(service: Service) -> None:
    console = Console(service.client)
    before = service.client.get("/v1/admin/refused").json()
    expected = service.ask(CHAIRMAN, top_k=5)
    page = parsed(console.post("/ask", {"question": CHAIRMAN, "top_k": "5"}, headers=HELP))
    said = text_of(page)
    assert expected["citations"][0]["quote"] in said
    assert f"{expected['confidence']:.2f}" in said
    found = page.xpath("//section[@aria-labelledby='found']//tbody/tr")
    assert len(found) == 5
    for row, hit in zip(found, expected["sources"], strict=False):
        scores = [text_of(cell) for cell in row.xpath("./td[@class='number']")]
        wanted = (hit["score"], hit["scores"]["dense"], hit["scores"]["lexical"])
        assert scores == [f"{score:.3f}" for score in wanted]
    evidence = page.xpath("//section[@aria-labelledby='evidence']/ol/li")
    assert 1 < len(evidence) <= 10
    best = [float(text_of(one.xpath("./p/b")[0])) for one in evidence]
    assert best == sorted(best, reverse=True)
    assert sum(name in text_of(evidence[0]) for name in FEATURES) >= 3
    refusal = text_of(parsed(console.post("/ask", {"question": WEATHER}, headers=HELP)))
    least = load_weights().threshold(AnswerSettings().accepted_wrong)
    assert f"the least is {least:.2f}" in refusal
    small = text_of(parsed(console.post("/ask", {"question": "Рәхмәт!"}, headers=HELP)))
    assert message("reason.small_talk", "en") in small
    # What an operator tries is not kept as what a reader asked.
    assert service.client.get("/v1/admin/refused").json() == before
    for wrong in ({"question": " "}, {"question": "x", "top_k": "51"}, {"question": "а" * 2001}):
        assert console.post("/ask", wrong).status_code == 422


def test_asking_can_be_in_either_language(service: Service) -> None:
    console = Console(service.client)
    page = parsed(console.post("/ask", {"question": CAMPUSES, "language": "ba"}))
    assert page.xpath("//p[@class='said']/@lang") == ["ba"]


def test_feedback_and_refusals_are_listed_and_exported(serve: Serve, tmp_path: Path) -> None:
    with serve(kept_refusals=100, accepted_wrong=0) as client:
        console = Console(client)
        asked = [client.post("/v1/ask", json={"question": q}).json() for q in
                 ("Какой мёд горький?", "=1+1 ниндәй бал?", "Какой мёд горький?")]  # fmt: skip
        words = ((1, "верно"), (-1, "=cmd|' /C calc'!A0"))
        for answer, (rating, comment) in zip(asked, words, strict=False):
            body = {"answer_id": answer["id"], "rating": rating, "comment": comment}
            assert client.post("/v1/feedback", json=body).status_code == 204
        page = console.page("/feedback")
        assert [text_of(card) for card in page.xpath("//ul[@class='cards']/li/h2")] == [
            asked[1]["question"], asked[0]["question"],
        ]  # fmt: skip
        assert len(console.page("/feedback?rating=right").xpath("//ul[@class='cards']/li")) == 1
        assert "верно" not in text_of(console.page("/feedback?rating=wrong"))
        refused = rows(console.page("/refused"))
        assert len(refused) == 3
        assert refused[-1].startswith("Какой мёд горький?")
        again = console.page("/refused").xpath("//tbody//input[@name='question']/@value")
        assert again[0] == "Какой мёд горький?"

        drafts = console.get("/refused/export?format=gold")
        assert drafts.headers["content-disposition"].startswith("attachment")
        file = tmp_path / "refused.jsonl"
        file.write_bytes(drafts.content)
        questions = read_gold([file])
        assert [q.text for q in questions] == ["Какой мёд горький?", "=1+1 ниндәй бал?"]
        assert not any(q.answerable for q in questions)
        right = console.get("/feedback/export?format=gold").text.splitlines()
        assert [json.loads(line)["question"] for line in right] == ["Какой мёд горький?"]
        for name in ("feedback", "refused"):
            table = console.get(f"/{name}/export?format=csv")
            assert table.headers["content-type"] == "text/csv; charset=utf-8"
            assert table.text.startswith("\ufeff")
            assert "\"'=1+1 " in table.text
            assert '"=' not in table.text
        assert console.get("/feedback/export?format=xls").status_code == 422


def test_refusals_that_are_not_kept_are_said_not_to_be(serve: Serve) -> None:
    with serve() as client:
        assert message("console.refused_off", "en") in text_of(Console(client).page("/refused"))


def test_the_latest_evaluation_is_shown(
    console: Console, honey_folder: Path, finished_run: Path
) -> None:
    assert message("console.no_evaluation", "en") in text_of(console.page("/evaluation"))
    assert console.get("/evaluation/report").status_code == 404
    runs = honey_folder / "runs"
    runs.mkdir()
    (runs / "stray.txt").touch()
    (runs / "begun").mkdir()
    finished_run.rename(runs / "town")
    page = console.page("/evaluation")
    assert message("measure.evidence_hit", "en") in text_of(page)
    assert len(rows(page)) == 9
    report = console.get("/evaluation/report")
    assert report.headers["content-disposition"] == 'attachment; filename="evaluation.html"'
    assert "<!doctype html>" in report.text[:200]


def test_an_index_that_cannot_be_searched_is_said_to_be_so(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(*_: object) -> None:
        raise Damaged("snapshot.damaged", file="vectors")

    monkeypatch.setattr("index.reader.Index.published_at", damaged)
    (alert,) = console.page("").xpath("//*[@role='alert']")
    assert text_of(alert) == message("snapshot.damaged", "en", file="vectors")


def test_the_seeds_are_shown_sentence_by_sentence(service: Service) -> None:
    console = Console(service.client)
    for file in sorted(SEEDS.glob("*.txt")):
        page = console.page(f"/document?id={file.name}")
        shown = "".join(page.xpath("//section[@class='chunk']//li//text()"))
        stored = service.text(file.name)
        assert "".join(shown.split()) == "".join(stored.split())
