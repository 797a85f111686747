"""The server of the page: takes a file, sends its answer line by line, and deletes the file.

Tornado, since it is one package without dependencies of its own. The page asks for nothing that is not here.
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import asdict
from functools import partial
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from ..errors import AriseZooError, MissingPackageError
from ..structures import StructureSpec
from .answering import LIMITS, Answerer, Limits
from .worker import Worker

if TYPE_CHECKING:
    from tornado.web import Application

PAGE = Path(__file__).parent / "page"

PORT = 7860
"""On which a Hugging Face Space is looked for."""

_MORE_AND_MORE = ("pristine", "thermal-0.02", "thermal-0.04", "thermal-0.08", "both-0.3-0.1", "amorphous")

EXAMPLES = {
    "copper.extxyz": ("copper", ["fcc_cu/k1/periodic/pristine/0"]),
    "rock-salt.extxyz": ("rock salt, atoms missing and displaced", ["nacl/k5/finite/both-0.1-0.01/0"]),
    "tungsten.extxyz": ("tungsten, disturbed more and more", [f"bcc_w/k6/periodic/{c}/0" for c in _MORE_AND_MORE]),
}
"""Files to try: what they are called, and the structures in them."""

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_PREFIX = "arise-zoo-app-"
_MOST_WAITING = 8
_LONGEST_UPLOAD = 300.0  # seconds
_READ_ALL_THE_SAME = 4  # times what a file may have, so that a browser that sends too much hears the sentence


def serve(
    host: str = "127.0.0.1",
    port: int = PORT,
    *,
    model: str | Path = "arise-field",
    atoms_model: str | Path | None = None,
    limits: Limits = LIMITS,
) -> None:
    """Show the page until it is interrupted.

    Parameters
    ----------
    host : str, default "127.0.0.1"
        Address to listen at; "0.0.0.0" for all of this machine.
    port : int, default 7860
        Its port; 0 for any that is free.
    model, atoms_model
        As for `Answerer`.
    limits : Limits
        What a file and its answer may cost.

    Raises
    ------
    MissingPackageError
        Without tornado (extra `app`).
    AriseZooError
        For an address that cannot be used, or a model that does not exist.
    """
    asyncio.run(_serve(host, port, partial(Answerer, model, atoms_model, limits), limits))


async def _serve(host: str, port: int, make: partial[Answerer], limits: Limits) -> None:
    try:
        from tornado.httpserver import HTTPServer
        from tornado.netutil import bind_sockets
    except ImportError:
        raise MissingPackageError("tornado", "the page", "app") from None
    if not 0 <= port < 2**16:  # which systems take as another one
        raise AriseZooError(f"there is no port {port}; choose one from 1 to 65535, or 0 for any.")
    try:
        sockets = bind_sockets(port, host)
    except OSError as error:
        reason = error.strerror or error
        raise AriseZooError(f"port {port} of {host} cannot be used ({reason}); choose another --port.") from error
    worker = Worker(make, limits.seconds)
    try:
        names = await worker.ready()
        most = {"max_body_size": _READ_ALL_THE_SAME * limits.bytes, "body_timeout": _LONGEST_UPLOAD}
        server = HTTPServer(application(worker, names, limits), **most)
        server.add_sockets(sockets)
        print(f"http://{host}:{sockets[0].getsockname()[1]}", flush=True)
        await asyncio.Event().wait()
    finally:
        worker.stop()


def application(worker: Worker, names: dict[str, Any], limits: Limits) -> Application:
    """The routes; `names`: of the models."""
    from tornado.web import Application, RequestHandler, StaticFileHandler, stream_request_body

    class Files(StaticFileHandler):
        def set_extra_headers(self, path: str) -> None:
            for name, value in {**_HEADERS, "Cache-Control": "no-cache"}.items():
                self.set_header(name, value)

    class Handler(RequestHandler):
        def set_default_headers(self) -> None:
            for name, value in _HEADERS.items():
                self.set_header(name, value)

    class About(Handler):
        def get(self) -> None:
            examples = {file: name for file, (name, _) in EXAMPLES.items()}
            self.write({**names, "limits": asdict(limits), "examples": examples})

    class Example(Handler):
        def get(self, name: str) -> None:
            if name not in EXAMPLES:
                self.send_error(404)
                return
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.write(_text(EXAMPLES[name][1]))

    @stream_request_body
    class Ask(Handler):
        """A file as the body of the request; its name, and what its types are, in the query."""

        def prepare(self) -> None:
            name = _safe(self.get_query_argument("name", ""))
            self._folder = TemporaryDirectory(prefix=_PREFIX)
            self._path = Path(self._folder.name, name)
            self._file = self._path.open("wb")
            self._received, self._asks = 0, False

        def data_received(self, chunk: bytes) -> None:
            self._received += len(chunk)
            if self._received <= limits.bytes:
                self._file.write(chunk)

        async def post(self) -> None:
            self._asks = True
            self._file.close()
            self.set_header("Content-Type", "application/x-ndjson")
            try:
                if self._received > limits.bytes:
                    self.set_status(413)
                    self._say(
                        {"problem": f"the file is larger than the {limits.megabytes:g} MB that are allowed here."}
                    )
                elif worker.waiting >= _MOST_WAITING:
                    self.set_status(503)
                    self._say({"problem": "many files wait for an answer; try again in a minute."})
                else:
                    await self._answer()
            finally:
                self._folder.cleanup()

        async def _answer(self) -> None:
            from tornado.iostream import StreamClosedError

            answers = worker.answer(self._path, self.get_query_argument("species", "").strip() or None)
            try:
                async for message in answers:
                    self._say(message)
                    await self.flush()
            except StreamClosedError:  # nobody listens any more
                pass
            except AriseZooError as error:  # the process cannot be started again
                self._say({"problem": str(error)})
            finally:
                await answers.aclose()  # type: ignore[attr-defined]

        def _say(self, message: dict[str, Any]) -> None:
            self.write(json.dumps(message, allow_nan=False) + "\n")

        def on_finish(self) -> None:
            if hasattr(self, "_folder"):
                self._file.close()
                self._folder.cleanup()

        def on_connection_close(self) -> None:
            if not self._asks:
                self.on_finish()

    return Application(
        [
            (r"/about", About),
            (r"/examples/(.*)", Example),
            (r"/ask", Ask),
            (r"/(.*)", Files, {"path": str(PAGE), "default_filename": "index.html"}),
        ],
        log_function=lambda handler: None,  # which would name the file
    )


def _safe(name: str) -> str:
    """A name of a file from what a browser calls it; it tells the format of some files."""
    found = re.sub(r"[^\w.+@=-]", "_", re.split(r"[/\\]", name)[-1])[-100:]
    return found if found.strip(".") else "structure"


def _text(ids: list[str]) -> str:
    from ase.io import write

    text = StringIO()
    write(text, [StructureSpec.from_id(name).build() for name in ids], format="extxyz")
    return text.getvalue()
