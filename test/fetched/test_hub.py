"""A model by its name on the hub: fetched once, refused in one clear line."""

import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from sqase.fetched.hub import model_folder

FILES = {"config.json": b"{}", "model.safetensors": b"weights", "other.bin": b"big"}


def test_a_folder_is_taken_as_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "owner/model").mkdir(parents=True)
    assert model_folder("owner/model", ["config.json"]) == Path("owner/model")


@pytest.mark.parametrize("name", ["nowhere", "a/b/c", "/no/where", "two words/model"])
def test_what_is_neither_folder_nor_name_is_refused(name):
    with pytest.raises(FileNotFoundError, match=f"model {name}: no such folder, and "):
        model_folder(name, ["config.json"])


class Hub(BaseHTTPRequestHandler):
    """Answers the questions that fetching `owner/model` asks."""

    def do_GET(self):
        files = ", ".join(f'{{"rfilename": "{name}"}}' for name in FILES)
        model = f'{{"id": "owner/model", "sha": "0a", "siblings": [{files}]}}'
        answers = {"/api/models/owner/model/revision/main": model.encode()}
        for name, content in FILES.items():
            answers[f"/owner/model/resolve/0a/{name}"] = content
        if self.path not in answers:
            return self.answer(404, b"", {"X-Error-Code": "RepoNotFound"})
        tag = f'"{Path(self.path).name}"'
        self.answer(200, answers[self.path], {"X-Repo-Commit": "0a", "ETag": tag})

    do_HEAD = do_GET

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


FETCH = """
from sqase.fetched.hub import model_folder
folder = model_folder("owner/model", ["config.json", "model.safetensors"])
print(*sorted(path.name for path in folder.iterdir()), sep=",")
print((folder / "model.safetensors").read_text())
try:
    model_folder("owner/other", ["config.json"])
except FileNotFoundError as error:
    print(error)
"""


def test_a_name_is_fetched_without_what_is_not_wanted(tmp_path):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    own = {"HF_ENDPOINT": address, "HF_HOME": str(tmp_path), "HF_HUB_DISABLE_XET": "1"}
    try:
        done = subprocess.run(
            [sys.executable, "-c", FETCH],
            env=os.environ | own,
            capture_output=True,
            text=True,
        )
    finally:
        server.shutdown()
        server.server_close()
    lines = done.stdout.splitlines()
    assert lines[:2] == ["config.json,model.safetensors", "weights"], done.stderr
    assert len(lines) == 3 and "hub did not give it (404" in lines[2]
