"""A folder that follows another through a bucket: whole states, whatever is cut short or forged."""

import json
import shutil
import sys
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index import replica
from index.bucket import Bucket
from index.catalog import Catalog
from index.errors import Conflict, Damaged, SnapshotMismatch, Unavailable
from index.folder import DataFolder
from index.replica import Follower, Sender
from index.settings import IndexSettings
from index.snapshot import verify_data
from tests.buckets import SECRET, Server, bucket_server
from tests.fakes import FakeEmbedder, ingest, open_folder
from tests.index.searching import lexical

ADDRESS = "s3://yauap/ours"
A = {"id": "a", "text": "Өфөлә мәктәп асылды.", "title": "Мәктәп"}
B = {"id": "b", "text": "Сибайҙа мәктәп асылды."}
C = {"id": "c", "text": "Стәрлетамаҡта мәктәп асылды."}


class Died(BaseException):
    """The process is gone at this moment."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with bucket_server(tmp_path_factory.mktemp("bucket") / "root") as server:
        yield server


@pytest.fixture
def bucket(server: Server) -> Bucket:
    shutil.rmtree(server.folder / "ours", ignore_errors=True)
    return Bucket(ADDRESS)


@pytest.fixture
def sender(folder: DataFolder, bucket: Bucket) -> Sender:
    return Sender(folder.catalog, folder.snapshots, bucket)


@pytest.fixture
def copy(tmp_path: Path) -> DataFolder:
    settings = IndexSettings(
        data_dir=tmp_path / "copy", chunk_tokens=32, bucket=ADDRESS, writer="https://writer.example"
    )
    return open_folder(settings, FakeEmbedder())


@pytest.fixture
def follower(copy: DataFolder, bucket: Bucket) -> Follower:
    return Follower(copy.catalog, copy.snapshots, bucket)


def found(folder: DataFolder) -> list[str]:
    with folder.index.view() as view:
        return sorted(p.document_id for p in view.passages(lexical(view, "мәктәп")))


def latest(server: Server) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads((server.folder / "ours" / "latest.json").read_bytes())
    return parsed


def test_a_follower_has_what_was_published_and_what_was_deleted(
    folder: DataFolder, copy: DataFolder, sender: Sender, follower: Follower
) -> None:
    follower.step()  # nothing was sent yet
    assert found(copy) == []
    ingest(folder, A, B)
    sender.step()
    follower.step()
    assert found(copy) == ["a", "b"]
    assert copy.index.moment() == folder.index.moment()
    assert copy.library.text("a") == A["text"]
    folder.library.delete("b")
    sender.step()
    follower.step()
    assert found(copy) == ["a"]
    assert verify_data(copy.catalog, copy.snapshots) == []


def test_what_is_unchanged_is_neither_sent_nor_taken_again(
    folder: DataFolder, bucket: Bucket, server: Server, sender: Sender, follower: Follower
) -> None:
    ingest(folder, A)
    sender.step()
    follower.step()
    sent = latest(server)
    (server.folder / "ours" / sent["archive"]).unlink()  # to take it again would fail
    sender.step()
    Sender(folder.catalog, folder.snapshots, bucket).step()  # begun anew
    follower.step()
    assert latest(server) == sent


def test_the_bucket_keeps_the_last_two_and_what_is_not_ours(
    folder: DataFolder, bucket: Bucket, server: Server, sender: Sender
) -> None:
    bucket.put("notes.txt", b"of somebody else")
    archives = []
    for document in (A, B, C):
        ingest(folder, document)
        sender.step()
        archives.append(latest(server)["archive"])
    assert bucket.names() == [*archives[1:], "latest.json", "notes.txt"]
    assert [name[:8] for name in archives] == ["00000001", "00000002", "00000003"]


@pytest.mark.parametrize("stage", ["archive", "pointer", "removal"])
def test_followers_keep_a_whole_state_when_sending_is_cut_short(
    folder: DataFolder,
    copy: DataFolder,
    bucket: Bucket,
    follower: Follower,
    server: Server,
    stage: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for document in (A, B):
        ingest(folder, document)
        Sender(folder.catalog, folder.snapshots, bucket).step()
    follower.step()
    ingest(folder, C)
    put = Bucket.put

    def dying(self: Bucket, name: str, content: bytes | Path) -> None:
        if (name == "latest.json") is (stage == "pointer"):
            raise Died
        put(self, name, content)

    def no_removal(self: Bucket, names: Any) -> None:
        raise Died

    with monkeypatch.context() as patch:
        if stage == "removal":
            patch.setattr(Bucket, "remove", no_removal)
        else:
            patch.setattr(Bucket, "put", dying)
        with pytest.raises(Died):
            Sender(folder.catalog, folder.snapshots, bucket).step()
    follower.step()
    assert found(copy) == (["a", "b", "c"] if stage == "removal" else ["a", "b"])
    ingest(folder, {"id": "d", "text": "Яңы мәктәп."})
    Sender(folder.catalog, folder.snapshots, bucket).step()
    follower.step()
    assert found(copy) == ["a", "b", "c", "d"]
    assert len(bucket.names()) == 3  # what was left behind is gone: two archives and the pointer


@pytest.mark.parametrize("stage", ["unpack", "replace", "remove_all_but"])
def test_taking_goes_on_after_it_was_cut_short(
    folder: DataFolder,
    copy: DataFolder,
    sender: Sender,
    bucket: Bucket,
    follower: Follower,
    stage: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ingest(folder, A)
    sender.step()
    follower.step()
    ingest(folder, B)
    sender.step()

    def dies(*_: Any) -> None:
        raise Died

    places = {"unpack": replica, "replace": copy.catalog, "remove_all_but": copy.snapshots}
    with monkeypatch.context() as patch:
        patch.setattr(places[stage], stage, dies)
        with pytest.raises(Died):
            follower.step()
    assert found(copy) == (["a", "b"] if stage == "remove_all_but" else ["a"])
    Follower(copy.catalog, copy.snapshots, bucket).step()
    assert found(copy) == ["a", "b"]
    assert verify_data(copy.catalog, copy.snapshots) == []


def test_readers_see_one_state_or_the_other_while_it_is_replaced(
    folder: DataFolder, copy: DataFolder, sender: Sender, follower: Follower
) -> None:
    """Each publication renames all documents, so that two of them mixed would be seen."""

    def names(generation: int) -> list[str]:
        return [f"{generation}/{n}" for n in range(5)]

    def publish(generation: int) -> None:
        for name in names(generation - 1) if generation else []:
            folder.library.delete(name)
        ingest(folder, *({"id": n, "text": f"Мәктәп {n}."} for n in names(generation)))
        sender.step()
        follower.step()

    publish(0)
    stop, faults, views = threading.Event(), [], [0]

    def read() -> None:
        while not stop.is_set():
            try:
                seen = found(copy)
                if seen not in [names(generation) for generation in range(6)]:
                    faults.append(str(seen))
            except Exception as error:
                faults.append(repr(error))
            views[0] += 1

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        for generation in range(1, 6):
            publish(generation)
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert faults == []
    assert views[0] > 5
    assert found(copy) == names(5)


def test_what_is_not_what_was_sent_is_not_taken(
    folder: DataFolder, copy: DataFolder, sender: Sender, follower: Follower, server: Server
) -> None:
    ingest(folder, A)
    sender.step()
    follower.step()
    ingest(folder, B)
    sender.step()
    archive = server.folder / "ours" / latest(server)["archive"]
    archive.write_bytes(archive.read_bytes()[:-2000])
    with pytest.raises(Damaged, match=archive.name):
        follower.step()
    assert found(copy) == ["a"]
    assert not (copy.catalog.data_dir / ".replica").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"archive": "../../../catalog.sqlite", "moment": ""}',
        b'{"archive": "00000001-' + b"A" * 64 + b'.tar", "moment": ""}',
        b'{"archive": 1, "moment": ""}',
        b'{"archive": "' + b"0" * 5000,
    ],
)
def test_a_pointer_that_points_nowhere_is_refused(
    copy: DataFolder, follower: Follower, bucket: Bucket, content: bytes
) -> None:
    bucket.put("latest.json", content)
    with pytest.raises((Damaged, Unavailable)):
        follower.step()
    assert found(copy) == []


def test_a_name_in_an_archive_leads_to_no_path(
    folder: DataFolder, copy: DataFolder, sender: Sender, follower: Follower, server: Server
) -> None:
    ingest(folder, A)
    with folder.catalog.writing() as connection:
        connection.execute("UPDATE state SET value = '../../elsewhere' WHERE key = 'published'")
    forged = server.folder / "forged.tar"
    forged.parent.mkdir(exist_ok=True)
    with tarfile.open(forged, "w") as archive:
        archive.add(folder.catalog.data_dir / Catalog.FILE, Catalog.FILE)
        archive.add(folder.catalog.data_dir / f"{Catalog.FILE}-wal", f"{Catalog.FILE}-wal")
    name = f"00000001-{replica._sha256(forged)}.tar"
    (server.folder / "ours").mkdir()
    forged.rename(server.folder / "ours" / name)
    pointer = json.dumps({"archive": name, "moment": ""})
    (server.folder / "ours" / "latest.json").write_text(pointer)
    with pytest.raises(Damaged, match="published"):
        follower.step()
    assert found(copy) == []


def test_an_index_of_another_model_is_not_taken(
    folder: DataFolder, sender: Sender, bucket: Bucket, tmp_path: Path
) -> None:
    ingest(folder, A)
    sender.step()
    settings = IndexSettings(data_dir=tmp_path / "copy", chunk_tokens=64)
    other = open_folder(settings, FakeEmbedder())
    with pytest.raises(SnapshotMismatch):
        Follower(other.catalog, other.snapshots, bucket).step()
    assert found(other) == []


def test_a_follower_writes_nothing_and_names_the_writer(copy: DataFolder) -> None:
    with pytest.raises(Conflict, match=r"https://writer\.example"):
        copy.jobs.accept([A], 1000)
    with pytest.raises(Conflict, match=r"https://writer\.example"):
        copy.library.delete("a")


def test_a_bucket_that_cannot_be_used_is_named_and_no_secret_is(
    follower: Follower, monkeypatch: pytest.MonkeyPatch, server: Server
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(Unavailable, match="s3://yauap/none") as caught:
        Bucket("s3://yauap/none").names()
    assert SECRET not in str(caught.value) + repr(caught.value.values)


def test_without_the_package_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(Unavailable, match=r"yauap\[bucket\]"):
        Bucket(ADDRESS)
