"""No id, file name or address is ever a path on this machine."""

import io
import re
import stat
import zipfile
from pathlib import Path

from service.keys import Keys
from tests.index.formats import making
from tests.service.attacks.talking import add, said_to, upload
from tests.service.serving import Serve

TEXT = "Мост через реку построен в 2029 году.".encode()


def files_of(folder: Path) -> set[Path]:
    """Return the files beside the index and the databases, whose own come and go."""
    own = re.compile(r"(catalog|recent)\.sqlite|\.lock$")
    files = {file for file in folder.parent.rglob("*") if "snapshots" not in file.parts}
    return {file for file in files if not own.search(file.name)}


def test_an_id_is_never_a_path(serve: Serve, honey_folder: Path) -> None:
    paths = ("../../etc/passwd", "..%2f..%2fetc", "/etc/passwd", "C:\\x", "a b/..", "~root")
    with serve() as client:
        before = files_of(honey_folder)
        documents = [{"id": path, "text": "Мёд."} for path in paths]
        assert add(client, *documents)["documents"]["added"] == len(paths)
        assert files_of(honey_folder) == before


NAMES = ["../../up.txt", "/etc/cron.d/x.txt", "..\\..\\up.txt", "C:\\up.txt", "a/../../up.txt",
     "\\\\host\\share\\up.txt", "....//up.txt", "./.././up.txt"]  # fmt: skip


def test_neither_a_name_of_a_file_nor_one_in_an_archive_leads_out(
    serve: Serve, honey_folder: Path
) -> None:
    with serve() as client:
        before = files_of(honey_folder)
        for name in NAMES:
            upload(client, (name, TEXT), ("a.zip", making.zipped({name: TEXT})))
        assert files_of(honey_folder) == before
        for item in client.get("/v1/documents").json()["items"]:
            assert not item["id"].startswith(("/", "\\", "..", "a.zip/..", "a.zip//"))
            assert "/../" not in item["id"]


def test_a_link_in_an_archive_is_not_followed(serve: Serve) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with serve() as client:
        upload(client, ("a.zip", packed.getvalue()))
        assert "root:" not in client.post("/v1/search", json={"query": "root"}).text


FILES = [
    "/web/../settings.py",
    "/web/..%2f..%2fsettings.py",
    "/web/%2e%2e/%2e%2e/etc/passwd",
    "/web/..%5c..%5cetc%5cpasswd",
    "/web//etc/passwd",
    "/web/chat.js%00.txt",
    "/web/chat.js::$DATA",
    "/docs/../web/../../etc/passwd",
]


def test_only_the_files_of_the_page_are_served(serve: Serve) -> None:
    with serve() as client:
        for path in FILES:
            told = said_to(client, f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
            assert told.startswith(b"HTTP/1.1 404 ")
            assert b"root:" not in told


WRITTEN = [
    "//v1/documents",
    "/v1/documents/",
    "/V1/documents",
    "/v1//documents",
    "/v1/%64ocuments",
    "/web/../v1/documents",
    "/web/%2e%2e/v1/documents",
    "/healthz/../v1/documents",
    "/v1/documents;/healthz",
    "/v1/documents?/healthz",
    "http://127.0.0.1/v1/documents",
]


def test_no_way_of_writing_a_path_leads_past_the_key(serve: Serve, keys: Keys) -> None:
    keys.create("ours", ["read"])
    with serve() as client:
        for path in WRITTEN:
            told = said_to(client, f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
            assert told.split()[1] in (b"401", b"404")
            assert b'"items"' not in told
