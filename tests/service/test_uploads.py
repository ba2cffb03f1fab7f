"""Documents come in as files, through the same code as on the command line."""

from pathlib import Path

import httpx
import pytest

from index.messages import MESSAGE_LANGUAGES, MessageLanguage, message
from tests.index.formats import making
from tests.index.formats.collection import BA_BLOCKS, BA_LINES, BA_TITLE, RU
from tests.service.commands import BODY_BYTES, yauap
from tests.service.contract import Accepted, Document, checked
from tests.service.running import Json, Service
from tests.service.test_problems import require_problem


def upload(service: Service, *files: tuple[str, bytes], language: str = "en") -> httpx.Response:
    return service.client.post(
        "/v1/documents",
        files=[("files", file) for file in files],
        headers={"Accept-Language": language},
    )


def uploaded(service: Service, *files: tuple[str, bytes]) -> Json:
    response = upload(service, *files)
    assert response.status_code == 202, response.text
    job = checked(Accepted, response.json()).job
    assert response.headers["location"] == f"/v1/jobs/{job.id}"
    return service.finished_job(job.id)


def test_files_of_many_formats_become_documents_that_are_found(fresh: Service) -> None:
    job = uploaded(
        fresh,
        ("китапхана.docx", making.word(BA_LINES, BA_TITLE)),
        ("мост.pdf", making.pdf([RU.split("\n")])),
        ("all.zip", making.zipped({"a/мост.txt": RU.encode("cp1251")})),
        ("broken.odt", b"PK"),
    )

    assert (job["state"], job["documents"]["added"]) == ("succeeded", 3)
    assert [error["document"] for error in job["errors"]] == ["broken.odt"]
    document = fresh.document("китапхана.docx").json()
    checked(Document, document)
    assert document["title"] == BA_TITLE
    assert fresh.text("китапхана.docx") == BA_BLOCKS
    assert fresh.text("мост.pdf") == fresh.text("all.zip/a/мост.txt") == RU
    assert "мост.pdf" in fresh.found("мост через реку Белую")


def test_a_file_and_the_command_line_give_the_same_document(fresh: Service, tmp_path: Path) -> None:
    content = making.word(BA_LINES, BA_TITLE)
    (tmp_path / "same.docx").write_bytes(content)
    run = yauap("ingest", tmp_path, data_dir=fresh.data_dir)
    assert run.status == 0, run.err

    assert uploaded(fresh, ("same.docx", content))["documents"]["unchanged"] == 1


@pytest.mark.parametrize(
    ("name", "identifier"),
    [
        ("../../../etc/passwd.txt", "etc/passwd.txt"),
        ("/above/key.txt", "above/key.txt"),
        ("C:\\Windows\\win.txt", "win.txt"),
        ("..\\..\\up.txt", "up.txt"),
        ("a//./b.txt", "a/b.txt"),
    ],
)
def test_a_name_is_an_id_and_leads_nowhere(fresh: Service, name: str, identifier: str) -> None:
    before = sorted(path for path in fresh.data_dir.parent.rglob("*.txt"))

    assert uploaded(fresh, (name, RU.encode()))["documents"]["added"] == 1

    assert identifier in fresh.ids()
    assert sorted(path for path in fresh.data_dir.parent.rglob("*.txt")) == before


@pytest.mark.parametrize("language", MESSAGE_LANGUAGES)
def test_files_of_unknown_formats_alone_are_refused(
    service: Service, language: MessageLanguage
) -> None:
    response = upload(service, ("a.exe", b"MZ"), ("b", b""), language=language)

    problem = require_problem(response, "unsupported-media-type")
    assert problem["detail"].startswith(message("document.format", language, formats=".csv")[:20])


def test_one_of_an_unknown_format_fails_alone(fresh: Service) -> None:
    job = uploaded(fresh, ("a.exe", b"MZ"), ("b.txt", RU.encode()))

    assert [error["document"] for error in job["errors"]] == ["a.exe"]
    assert job["documents"]["added"] == 1


def test_a_body_that_is_too_large_is_refused(service: Service) -> None:
    response = upload(service, ("a.pdf", b"1" * (BODY_BYTES + 1)))

    require_problem(response, "too-large")


@pytest.mark.parametrize(
    ("body", "kind", "name"),
    [
        (b"--x\r\n", "multipart/form-data; boundary=x", "invalid-request"),
        (b"", "multipart/form-data; boundary=x", "invalid-request"),
        (b"files", "multipart/form-data", "bad-request"),
        (b"--x--\r\n", "multipart/mixed; boundary=x", "unsupported-media-type"),
    ],
)
def test_a_body_without_files_is_refused(
    service: Service, body: bytes, kind: str, name: str
) -> None:
    response = service.client.post("/v1/documents", content=body, headers={"Content-Type": kind})

    require_problem(response, name)
