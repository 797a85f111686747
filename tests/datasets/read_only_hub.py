"""A server for one data set repository that speaks as much of the Hub's protocol as downloading needs."""

from __future__ import annotations

import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def _handler(repository: str, revisions: tuple[str, ...], folder: Path) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def do_HEAD(self):
            self.do_GET()

        def do_GET(self):
            path = unquote(urlsplit(self.path).path)
            for revision in (*revisions, COMMIT):
                if path == f"/api/datasets/{repository}/revision/{revision}":
                    return self._json(self._info())
                if path.startswith(f"/api/datasets/{repository}/tree/{revision}"):
                    return self._json(self._tree())
                prefix = f"/datasets/{repository}/resolve/{revision}/"
                if path.startswith(prefix):
                    return self._file(path.removeprefix(prefix))
            known = path.startswith((f"/api/datasets/{repository}", f"/datasets/{repository}"))
            return self._send(404, b"{}", {"X-Error-Code": "RevisionNotFound" if known else "RepoNotFound"})

        def _paths(self):
            return [path for path in sorted(folder.rglob("*")) if path.is_file()]

        def _info(self):
            siblings = [{"rfilename": path.relative_to(folder).as_posix()} for path in self._paths()]
            return {"id": repository, "sha": COMMIT, "siblings": siblings}

        def _tree(self):
            return [
                {
                    "type": "file",
                    "path": path.relative_to(folder).as_posix(),
                    "size": path.stat().st_size,
                    "oid": hashlib.sha1(path.read_bytes()).hexdigest(),
                }
                for path in self._paths()
            ]

        def _json(self, content):
            self._send(200, json.dumps(content).encode(), {"Content-Type": "application/json"})

        def _file(self, name):
            path = folder / name
            if not path.is_file():
                return self._send(404, b"", {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT})
            data = path.read_bytes()
            return self._send(200, data, {"X-Repo-Commit": COMMIT, "ETag": f'"{hashlib.sha1(data).hexdigest()}"'})

        def _send(self, code, body, headers):
            self.send_response(code)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

    return Handler


@contextmanager
def serve(repository: str, revisions: tuple[str, ...], folder: Path):
    """The address of a server that has this folder as a data set repository with these tags."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(repository, revisions, folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
