"""Hits and documents tell what belongs to them, and on which page they stand."""

import json

import httpx
import pytest

from service.keys import Keys
from service.schemas.filters import FiltersIn
from tests.index.formats import making
from tests.service.commands import wait_for
from tests.service.serving import Serve

NEWS_RU = (
    "Медовый Спас 2024: ярмарка мёда в Уфе 14 августа собрала 120 пасечников из 54 районов. "
    "Бортники привезли 30 тонн мёда, цветочного и липового, гости купили его за два дня."
)
NEWS_BA = (
    "Медовый Спас 2024: Уфе ярмарка мёда 14 августа собрала 120 пасечников 54 районов. "
    "Солоҡсолар 30 тонна сәскә һәм йүкә балы килтерҙе, ҡунаҡтар уны ике көндә һатып алды."
)
DOCUMENTS = [
    {"id": "ru", "text": NEWS_RU, "language": "ru", "source": "public", "title": "Спас"},
    {"id": "reprint", "text": NEWS_RU, "language": "ru", "source": "internal"},
    {"id": "ba", "text": NEWS_BA, "language": "ba", "source": "public", "translation_of": "ru"},
]
PAGES = [["Первая страница о погоде и дорогах."], ["Вторая страница о медовой ярмарке."]]


def finished(client: httpx.Client, accepted: httpx.Response) -> None:
    job = accepted.raise_for_status().json()["job"]["id"]
    wait_for(lambda: client.get(f"/v1/jobs/{job}").json()["finished_at"], "the job")


@pytest.fixture
def filled(serve: Serve) -> Serve:
    with serve() as client:
        finished(client, client.post("/v1/documents", json={"documents": DOCUMENTS}))
        files = {"files": ("pages.pdf", making.pdf(PAGES))}
        finished(client, client.post("/v1/documents", files=files))
    return serve


def related(body: dict[str, list[dict[str, object]]], kind: str) -> list[tuple[object, object]]:
    return [(each["document_id"], each["certain"]) for each in body[kind]]


def test_what_belongs_to_a_document_is_shown_with_it_and_its_hits(filled: Serve) -> None:
    with filled() as client:
        document = client.get("/v1/documents/ru").json()
        hits = client.post("/v1/search", json={"query": "ярмарка мёда пасечников"}).json()

    assert related(document, "duplicates") == [("reprint", True)]
    assert related(document, "translations") == [("ba", True)]
    by_id = {hit["document_id"]: hit for hit in hits["results"]}
    assert related(by_id["ba"], "translations") == [("ru", True)]
    first = next(hit for hit in hits["results"] if hit["document_id"] in ("ru", "reprint"))
    assert len(first["duplicates"]) == 1
    assert by_id["ba"]["page"] is None


def test_what_a_key_may_not_see_belongs_to_nothing(filled: Serve, keys: Keys) -> None:
    _, secret = keys.create("k", ["ask", "read"], filters=FiltersIn(source=["public"]))
    with filled() as client:
        client.headers["Authorization"] = f"Bearer {secret}"
        document = client.get("/v1/documents/ru").json()
        hits = client.post("/v1/search", json={"query": "ярмарка мёда"}).json()["results"]
        told = client.get("/v1/info").json()

    assert related(document, "duplicates") == []
    assert related(document, "translations") == [("ba", True)]
    assert all(hit["duplicates"] == [] for hit in hits)
    assert told["index"] is None


@pytest.mark.parametrize("stream", [False, True])
def test_a_quotation_tells_its_text_in_the_other_language(filled: Serve, stream: bool) -> None:
    asked = {"question": "Сколько тонн мёда привезли бортники?", "stream": stream}
    with filled(accepted_wrong=1) as client:
        for filters, expected in (
            ({"source": ["public"]}, [("ba", True)]),
            ({"document_id": ["ru"]}, []),  # what a filter leaves out belongs to nothing
        ):
            told = client.post("/v1/ask", json={**asked, "filters": filters})
            last = told.text.rpartition("data: ")[2] if stream else told.text
            own = [c for c in json.loads(last)["citations"] if c["document_id"] == "ru"]
            assert own
            for cited in own:
                assert related(cited, "translations") == expected
                assert (cited["page"], cited["section"]) == (None, None)


def test_a_hit_in_a_file_with_pages_says_its_page(filled: Serve) -> None:
    with filled() as client:
        query = {"query": "страница", "filters": {"document_id": ["pages.pdf"]}}
        hits = client.post("/v1/search", json=query).json()["results"]
        told = client.get("/v1/info").json()["index"]

    assert {hit["quote"][:6]: hit["page"] for hit in hits}["Первая"] == 1
    assert all(hit["page"] in (1, 2) for hit in hits)
    assert told["disk_bytes"] > told["index_bytes"] > 0
    assert told["process_bytes"] > 1_000_000
