"""A server on a loopback port that speaks as much of the Hub's REST and LFS protocol as this package and its peers use.

Everything is kept in memory. Faults can be ordered: `server.faults.append(Fault("POST", "/commit/", status=500))`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

WRITER, READER = "hf_writer", "hf_reader"
LARGE = (".parquet", ".h5")


@dataclass
class Fault:
    """The next `times` requests of this method whose path holds `part` fail: with a status, by a lost connection, or by
    a body that never ends (`body`: "endless", or "dripping" byte by byte)."""

    method: str
    part: str
    status: int | None = None
    times: int = 1
    retry_after: int | None = None
    body: str | None = None


@dataclass
class Repository:
    """Commits as {path: blob id}, branches and tags as {name: commit}."""

    private: bool = False
    commits: dict[str, dict[str, str]] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def commit(self, files: dict[str, str], branch: str = "main") -> str:
        number = f"{len(self.commits)}{sorted(files.items())}"
        oid = hashlib.sha1(number.encode()).hexdigest()
        self.commits[oid] = files
        self.branches[branch] = oid
        return oid

    def resolve(self, revision: str) -> str | None:
        for names in (self.branches, self.tags):
            if revision in names:
                return names[revision]
        return revision if revision in self.commits else None


class Hub:
    """What the server holds, and what it was asked."""

    def __init__(self):
        self.repositories: dict[tuple[str, str], Repository] = {}
        self.blobs: dict[str, bytes] = {}
        self.large: dict[str, bytes] = {}
        self.large_blobs: set[str] = set()
        self.faults: list[Fault] = []
        self.requests: list[tuple[str, str]] = []
        self.spoil: str | None = None  # path of a file that is stored with one byte changed
        self.lock = threading.Lock()
        self.address = ""

    def add_blob(self, data: bytes, is_large: bool) -> str:
        oid = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
        self.blobs[oid] = data
        if is_large:
            self.large_blobs.add(oid)
        return oid

    def tamper(self, kind: str, name: str, path: str) -> None:
        """Change one byte of a file in every commit, and say nothing of it."""
        for files in self.repositories[kind, name].commits.values():
            if path in files:
                data = bytearray(self.blobs[files[path]])
                data[len(data) // 2] ^= 1
                self.blobs[files[path]] = bytes(data)

    def uploads(self) -> int:
        return sum(method == "PUT" for method, _ in self.requests)


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def _any(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get("Transfer-Encoding") == "chunked":
                body = self._chunks()
            url = urlsplit(self.path)
            path, self.query = unquote(url.path), parse_qs(url.query)
            with hub.lock:
                hub.requests.append((self.command, path))
                fault = next((f for f in hub.faults if f.method == self.command and f.part in path and f.times), None)
                if fault is not None:
                    fault.times -= 1
            if fault is not None and fault.body:
                return self._without_end(b"x" if fault.body == "dripping" else b"x" * 2**20, fault.body == "dripping")
            if fault is not None and fault.status is None:
                self.close_connection = True
                return self.connection.close()
            if fault is not None:
                extra = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
                return self._send(fault.status, b"{}", extra)
            with hub.lock:
                return self._route(path, body)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _any

        def _without_end(self, piece, slowly):
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.close_connection = True
            with suppress(OSError):
                while True:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                    time.sleep(0.2 if slowly else 0.0)

        def _chunks(self):
            data = b""
            while size := int(self.rfile.readline(), 16):
                data += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return data

        def _token(self):
            return (self.headers.get("Authorization") or "").removeprefix("Bearer ")

        def _may_write(self):
            if self._token() == WRITER:
                return True
            self._json({"error": "no"}, 403 if self._token() == READER else 401)
            return False

        def _route(self, path, body):
            if path == "/api/whoami-v2":
                known = self._token() in (WRITER, READER)
                return self._json({"name": "arise", "type": "user"} if known else {}, 200 if known else 401)
            if path == "/api/validate-yaml":
                return self._json({"errors": [], "warnings": []})
            if path == "/api/repos/create":
                return self._create(json.loads(body))
            if path.startswith("/lfs/"):
                return self._lfs(path.removeprefix("/lfs/"), body)
            if match := re.fullmatch(r"/(datasets/)?([^/]+/[^/]+)\.git/info/lfs/objects/batch", path):
                return self._batch(json.loads(body))
            if match := re.fullmatch(r"/api/(models|datasets)/([^/]+/[^/]+)(?:/(.*))?", path):
                return self._api(match[1].removesuffix("s"), match[2], match[3] or "", body)
            if match := re.fullmatch(r"/(datasets/)?([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
                return self._resolve("dataset" if match[1] else "model", *match.groups()[1:])
            return self._send(404, b"{}", {"X-Error-Code": "RepoNotFound"})

        def _create(self, asked):
            if not self._may_write():
                return None
            kind, name = asked.get("type", "model"), f"{asked.get('organization') or 'arise'}/{asked['name']}"
            status = 409 if (kind, name) in hub.repositories else 200
            if status == 200:
                repository = Repository(asked.get("private") or asked.get("visibility") == "private")
                repository.commit({".gitattributes": hub.add_blob(b"*.parquet filter=lfs\n", False)})
                hub.repositories[kind, name] = repository
            return self._json({"url": f"{hub.address}/{name}", "name": name}, status)

        def _lfs(self, oid, body):
            if self.command == "PUT" and hashlib.sha256(body).hexdigest() == oid:
                hub.large[oid] = body
            return self._json({}, 200 if oid in hub.large or oid == "verify" else 422)

        def _batch(self, asked):
            if not self._may_write():
                return None
            objects = []
            for item in asked["objects"]:
                actions = {"upload": {"href": f"{hub.address}/lfs/{item['oid']}"}}
                objects.append({**item, **({} if item["oid"] in hub.large else {"actions": actions})})
            return self._json({"transfer": "basic", "objects": objects})

        def _api(self, kind, name, rest, body):
            repository = hub.repositories.get((kind, name))
            if repository is None or (repository.private and not self._token()):
                return self._send(404 if self._token() else 401, b"{}", {"X-Error-Code": "RepoNotFound"})
            what, _, revision = rest.partition("/")
            if what == "refs":

                def listed(refs):
                    return [{"name": k, "ref": k, "targetCommit": v} for k, v in refs.items()]

                return self._json({"branches": listed(repository.branches), "tags": listed(repository.tags),
                                   "converts": []})  # fmt: skip
            if what == "tree":
                revision, _, below = revision.partition("/")
            commit = repository.resolve(revision or "main")
            if commit is None:
                return self._send(404, b"{}", {"X-Error-Code": "RevisionNotFound"})
            files = repository.commits[commit]
            if what in ("", "revision"):
                siblings = [self._entry(path, oid, "rfilename") for path, oid in files.items()]
                return self._json({"id": name, "sha": commit, "private": repository.private, "siblings": siblings,
                                   "tags": [], "downloads": 0, "likes": 0})  # fmt: skip
            if what == "tree":
                inside = {p: o for p, o in files.items() if p.startswith(below)}
                folders = {p.rpartition("/")[0] for p in inside} - {""}
                return self._json([{"type": "directory", "path": f, "oid": "0" * 40, "size": 0} for f in folders]
                                  + [self._entry(p, o, "path") for p, o in inside.items()])  # fmt: skip
            if what == "paths-info":
                asked = self._form(body)
                return self._json([self._entry(p, files[p], "path") for p in asked if p in files])
            if not self._may_write():
                return None
            if what == "preupload":
                answer = [
                    {"path": f["path"], "uploadMode": "lfs" if f["path"].endswith(LARGE) else "regular",
                     "shouldIgnore": False, "oid": files.get(f["path"])}
                    for f in json.loads(body)["files"]
                ]  # fmt: skip
                return self._json({"files": answer})
            if what == "commit":
                return self._commit(repository, name, body)
            if what == "tag":
                tag = json.loads(body)["tag"]
                if tag in repository.tags:
                    return self._json({"error": "exists"}, 409)
                repository.tags[tag] = commit
                return self._json({})
            return self._send(404, b"{}", {})

        def _form(self, body):
            try:
                return json.loads(body)["paths"]
            except ValueError:
                return parse_qs(body.decode())["paths"]

        def _entry(self, path, oid, key):
            data = hub.blobs[oid]
            large = {"oid": hashlib.sha256(data).hexdigest(), "sha256": hashlib.sha256(data).hexdigest(),
                     "size": len(data), "pointerSize": 130}  # fmt: skip
            entry = {"type": "file", key: path, "size": len(data), "oid": oid, "blobId": oid}
            return {**entry, "lfs": large} if oid in hub.large_blobs else entry

        def _commit(self, repository, name, body):
            lines = [json.loads(line) for line in body.splitlines()]
            header = lines[0]["value"]
            if header.get("parentCommit") not in (None, repository.branches["main"]):
                return self._json({"error": "stale"}, 412)
            files = dict(repository.commits[repository.branches["main"]])
            for line in lines[1:]:
                value = line["value"]
                if line["key"] == "file":
                    files[value["path"]] = hub.add_blob(base64.b64decode(value["content"]), False)
                elif line["key"] == "lfsFile":
                    if value["oid"] not in hub.large:
                        return self._json({"error": "missing object"}, 400)
                    data = hub.large[value["oid"]]
                    files[value["path"]] = hub.add_blob(data[:-1] + b"?" if value["path"] == hub.spoil else data, True)
                else:
                    del files[value["path"]]
            request = "create_pr" in self.query
            oid = repository.commit(files, "refs/pr/1" if request else "main")
            answer: dict[str, Any] = {
                "success": True,
                "commitOid": oid,
                "commitUrl": f"{hub.address}/{name}/commit/{oid}",
            }
            if request:
                answer["pullRequestUrl"] = f"{hub.address}/datasets/{name}/discussions/1"
            return self._json(answer)

        def _resolve(self, kind, name, revision, path):
            repository = hub.repositories.get((kind, name))
            commit = repository and repository.resolve(revision)
            if commit is None:
                code = "RevisionNotFound" if repository else "RepoNotFound"
                return self._send(404, b"", {"X-Error-Code": code})
            files = repository.commits[commit]
            if path not in files:
                return self._send(404, b"", {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": commit})
            data = hub.blobs[files[path]]
            headers = {"X-Repo-Commit": commit, "ETag": f'"{files[path]}"', "Accept-Ranges": "bytes",
                       "X-Linked-Size": str(len(data))}  # fmt: skip
            if match := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or ""):
                first, last = int(match[1]), min(int(match[2] or len(data)), len(data) - 1)
                headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
                return self._send(206, data[first : last + 1], headers)
            return self._send(200, data, headers)

        def _json(self, content, status=200):
            self._send(status, json.dumps(content).encode(), {"Content-Type": "application/json"})

        def _send(self, status, body, headers):
            self.send_response(status)
            for key, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(key, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

    return Handler


@contextmanager
def running():
    """A `Hub` that answers at `hub.address` until the block ends."""
    hub = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub))
    hub.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
