"""Downloads against a real server on this machine: resumed, verified, never half."""

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from sqase.download import RemoteFile, fetch, read_list

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
    assert "1 files, 1 to fetch: 0.00 GB" in capsys.readouterr().out
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


def test_another_content_is_refused_and_leaves_nothing(file, tmp_path):
    wrong = RemoteFile(file.url, file.path, file.size, "0" * 64)
    with pytest.raises(ValueError, match="expected .* SHA-256 000000000000..., got"):
        fetch([wrong], tmp_path)
    assert not list((tmp_path / "sub folder").iterdir())


def test_a_server_without_the_file_is_named(server, file, tmp_path):
    server.fault = "missing"
    with pytest.raises(ValueError, match="127.0.0.1.*HTTP Error 404.*start again"):
        fetch([file], tmp_path)


def test_more_than_the_disk_holds_is_not_begun(server, file, tmp_path):
    huge = RemoteFile(file.url, file.path, 10**18, file.sha256)
    with pytest.raises(ValueError, match="expected 1000000000.00 GB of free disk"):
        fetch([huge], tmp_path)
    assert not server.asked


def test_lists_are_read_and_faults_named(tmp_path):
    path = tmp_path / "files.txt"
    path.write_text(f"{'a' * 64} 12 data/x.parquet https://host/x\n")
    assert read_list(path) == [
        RemoteFile("https://host/x", "data/x.parquet", 12, "a" * 64)
    ]
    for line, message in (
        ("abc 12 x https://host/x", ":1: expected `<sha256> <bytes>"),
        (f"{'a' * 64} 12 ../x https://host/x", "expected a path inside the folder"),
    ):
        path.write_text(line + "\n")
        with pytest.raises(ValueError, match=message):
            read_list(path)
    with pytest.raises(FileNotFoundError):
        read_list(tmp_path / "none.txt")
