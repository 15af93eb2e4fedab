"""Downloads against a real server on this machine: resumed, verified, never half."""

import hashlib
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from sqase.fetched.download import RemoteFile, fetch, read_list, unpack

CONTENT = bytes(range(256)) * 4096


class Handler(BaseHTTPRequestHandler):
    """Serves CONTENT; `server.fault` breaks it in one of several ways."""

    def do_GET(self):
        start = 0
        fault = self.server.fault
        asked = self.headers.get("Range")
        self.server.asked.append(asked)
        if fault == "missing":
            self.send_error(404)
            return
        if asked and fault != "no ranges":
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
        self.send_response(206 if start else 200)
        end = len(CONTENT) // 2 if fault == "breaks off" else len(CONTENT)
        self.send_header("Content-Length", str(end - start))
        self.end_headers()
        self.wfile.write(CONTENT[start:end])

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def server():
    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.fault, server.asked = None, []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def file(server):
    digest = hashlib.sha256(CONTENT).hexdigest()
    url = f"http://127.0.0.1:{server.server_port}/x"
    return RemoteFile(url, "sub folder/x.bin", len(CONTENT), digest)


def test_a_file_is_fetched_once(server, file, tmp_path, capsys):
    fetch([file], tmp_path)
    assert (tmp_path / file.path).read_bytes() == CONTENT
    assert "0.00 GB to fetch, 1 of 1 files" in capsys.readouterr().out
    fetch([file], tmp_path)
    assert server.asked == [None]


@pytest.mark.parametrize("ranges", [True, False])
def test_an_interrupted_file_goes_on(server, file, tmp_path, ranges):
    server.fault = "breaks off"
    half = len(CONTENT) // 2
    with pytest.raises(ValueError, match=f"got {half}.*is kept; start again"):
        fetch([file], tmp_path)
    assert not (tmp_path / file.path).exists()
    server.fault = None if ranges else "no ranges"
    fetch([file], tmp_path)
    assert (tmp_path / file.path).read_bytes() == CONTENT
    assert not (tmp_path / "sub folder/.x.bin.part").exists()
    assert server.asked == [None, f"bytes={half}-"]


def test_an_md5_and_a_size_rounded_down_do(file, tmp_path):
    md5 = hashlib.md5(CONTENT).hexdigest()
    fetch([RemoteFile(file.url, file.path, file.size // 2, md5)], tmp_path)
    assert (tmp_path / file.path).read_bytes() == CONTENT
    wrong = RemoteFile(file.url, "y.bin", file.size, "0" * 32)
    with pytest.raises(ValueError, match="expected .* md5 000000000000..., got"):
        fetch([wrong], tmp_path)


def test_another_content_is_refused_and_leaves_nothing(file, tmp_path):
    wrong = RemoteFile(file.url, file.path, file.size, "0" * 64)
    with pytest.raises(ValueError, match="expected .* sha256 000000000000..., got"):
        fetch([wrong], tmp_path)
    assert not list((tmp_path / "sub folder").iterdir())


def test_a_server_without_the_file_is_named(server, file, tmp_path):
    server.fault = "missing"
    with pytest.raises(ValueError, match="127.0.0.1.*HTTP Error 404.*start again"):
        fetch([file], tmp_path)


def test_more_than_the_disk_holds_is_not_begun(server, file, tmp_path):
    huge = RemoteFile(file.url, file.path, 10**18, file.digest)
    with pytest.raises(ValueError, match="expected 1000000000.00 GB of free disk"):
        fetch([huge], tmp_path)
    assert not server.asked


def test_archives_are_unpacked_once(tmp_path, capsys):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("wav/x.wav", CONTENT)
    file = RemoteFile("", "a.zip", 1, "0" * 32)
    unpack([file], tmp_path)
    assert (tmp_path / "wav/x.wav").read_bytes() == CONTENT
    before = (tmp_path / "wav/x.wav").stat().st_mtime_ns
    unpack([file], tmp_path)
    assert (tmp_path / "wav/x.wav").stat().st_mtime_ns == before
    assert "already done: " in capsys.readouterr().out


def test_a_damaged_archive_is_unpacked_again_once_it_is_whole(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("x.wav", CONTENT)
    whole = (tmp_path / "a.zip").read_bytes()
    (tmp_path / "a.zip").write_bytes(whole[:200] + b"!" + whole[201:])
    file = RemoteFile("", "a.zip", 1, "0" * 32)
    with pytest.raises(ValueError, match="a.zip: expected a sound zip archive, got"):
        unpack([file], tmp_path)
    (tmp_path / "a.zip").write_bytes(whole)
    unpack([file], tmp_path)
    assert (tmp_path / "x.wav").read_bytes() == CONTENT


def test_lists_are_read_and_faults_named(tmp_path):
    path = tmp_path / "files.txt"
    path.write_text(f"{'a' * 64} 12 data/x.parquet https://host/x\n")
    assert read_list(path) == [
        RemoteFile("https://host/x", "data/x.parquet", 12, "a" * 64)
    ]
    for line, message in (
        ("abc 12 x https://host/x", ":1: expected `<digest> <bytes>"),
        (f"{'a' * 64} 12 ../x https://host/x", "expected a path inside the folder"),
    ):
        path.write_text(line + "\n")
        with pytest.raises(ValueError, match=message):
            read_list(path)
    with pytest.raises(FileNotFoundError):
        read_list(tmp_path / "none.txt")
