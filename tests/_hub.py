"""A stand-in for the Hugging Face Hub on this machine: ``from _hub import StandIn``.

It is no Hub: of the Hub's HTTP interface it has the few endpoints by which ``huggingface_hub``
makes a repository, uploads a folder and reads one. Every file travels inside the commit (the Hub
takes large ones by Xet); one branch, no history; one token may do all, no token may read.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

TOKEN = "hf_stand_in"


class StandIn:
    """Used in a ``with`` block; ``repos``: name to {path: bytes}; ``asked``: every request."""

    def __init__(self) -> None:
        self.repos: dict[str, dict[str, bytes]] = {}
        self.private: set[str] = set()
        self.asked: list[str] = []
        handler = type("Handler", (_Handler,), {"hub": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> StandIn:
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def commit(self, name: str) -> str:
        """A commit's number that changes with the files."""
        return hashlib.sha1(repr(sorted(self.repos[name].items())).encode()).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    hub: StandIn
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def _serve(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.split("?")[0]
        self.hub.asked.append(f"{self.command} {path}")
        for method, pattern, answer in _ENDPOINTS:
            found = re.fullmatch(pattern, path)
            if found and method == self.command:
                return answer(self, *found.groups())
        return self.send(404, {"error": f"the stand-in has no {self.command} {path}"})

    do_GET = do_HEAD = do_POST = _serve

    def send(self, status: int, body: Any = None, **headers: str) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(raw)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(raw)

    def allowed(self, to: str, name: str = "") -> bool:
        """Whether the request may go on; an error was sent where not."""
        given = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        if to == "write" and not given:
            self.send(401, {"error": "Invalid username or password."})
            return False
        if name and (name not in self.hub.repos or (name in self.hub.private and not given)):
            self.send(404, {"error": "Repository not found"}, X_Error_Code="RepoNotFound")
            return False
        return True

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.body.decode().splitlines() if line]


def _create(ask: _Handler) -> None:
    if not ask.allowed("write"):
        return
    facts = json.loads(ask.body)
    name = f"{facts.get('organization') or 'somebody'}/{facts['name']}"
    status = 409 if name in ask.hub.repos else 200
    ask.hub.repos.setdefault(name, {".gitattributes": b"*.safetensors filter=lfs\n"})
    if facts.get("private") or facts.get("visibility") == "private":
        ask.hub.private.add(name)
    ask.send(status, {"url": f"{ask.hub.url}/{name}", "id": name, "name": name})


def _preupload(ask: _Handler, name: str) -> None:
    if not ask.allowed("write", name):
        return
    files = json.loads(ask.body)["files"]
    found = [
        {"path": file["path"], "uploadMode": "regular", "shouldIgnore": False} for file in files
    ]
    ask.send(200, {"files": found})


def _commit(ask: _Handler, name: str) -> None:
    if not ask.allowed("write", name):
        return
    files = ask.hub.repos[name]
    for line in ask.lines():
        value = line["value"]
        if line["key"] == "file":
            files[value["path"]] = base64.b64decode(value["content"])
        elif line["key"] == "deletedFile":
            del files[value["path"]]
    oid = ask.hub.commit(name)
    ask.send(200, {"commitUrl": f"{ask.hub.url}/{name}/commit/{oid}", "commitOid": oid})


def _info(ask: _Handler, name: str, revision: str | None = None) -> None:
    if not ask.allowed("read", name):
        return None
    sha = ask.hub.commit(name)
    if revision not in (None, "main", sha):
        return ask.send(404, {"error": "no revision"}, X_Error_Code="RevisionNotFound")
    siblings = [{"rfilename": path} for path in ask.hub.repos[name]]
    return ask.send(200, {"id": name, "sha": sha, "siblings": siblings})


def _tree(ask: _Handler, name: str, revision: str) -> None:
    if not ask.allowed("read", name):
        return
    ask.send(
        200,
        [
            {"type": "file", "path": path, "size": len(raw), "oid": hashlib.sha1(raw).hexdigest()}
            for path, raw in ask.hub.repos[name].items()
        ],
    )


def _file(ask: _Handler, name: str, revision: str, path: str) -> None:
    if not ask.allowed("read", name):
        return None
    raw = ask.hub.repos[name].get(path)
    if raw is None:
        return ask.send(404, {"error": "no entry"}, X_Error_Code="EntryNotFound")
    etag, sha = f'"{hashlib.sha1(raw).hexdigest()}"', ask.hub.commit(name)
    return ask.send(200, raw, ETag=etag, X_Repo_Commit=sha)


_NAME = r"([^/]+/[^/]+)"
_ENDPOINTS = [
    ("POST", "/api/repos/create", _create),
    ("POST", "/api/validate-yaml", lambda ask: ask.send(200, {"errors": [], "warnings": []})),
    ("POST", rf"/api/models/{_NAME}/preupload/main", _preupload),
    ("POST", rf"/api/models/{_NAME}/commit/main", _commit),
    ("GET", rf"/api/models/{_NAME}", _info),
    ("GET", rf"/api/models/{_NAME}/revision/([^/]+)", _info),
    ("GET", rf"/api/models/{_NAME}/tree/([^/]+)", _tree),
    ("HEAD", rf"/{_NAME}/resolve/([^/]+)/(.+)", _file),
    ("GET", rf"/{_NAME}/resolve/([^/]+)/(.+)", _file),
]
