"""A stand-in for AWS's public price list on this machine: it serves files of the documented shape, or what a test puts there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

LISTS = Path(__file__).parent / "price_list"


@dataclass
class PriceServer:
    """`files` by path; a path that is not there is answered as AWS answers it, with 403. `asked` are paths in their order."""

    url: str
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @staticmethod
    def path(service: str, region: str = "eu-central-1") -> str:
        return f"/offers/v1.0/aws/{service}/current/{region}/index.json"


@contextmanager
def serving() -> Iterator[PriceServer]:
    """The server, with one region's lists."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append(self.path)
            content = told.files.get(self.path)
            self.send_response(403 if content is None else 200)
            self.end_headers()
            self.wfile.write(content or b"<Error><Code>AccessDenied</Code></Error>")

        def log_message(self, *_: object) -> None:
            """Nothing: what was asked is kept."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told = PriceServer(f"http://127.0.0.1:{server.server_port}")
    told.files |= {PriceServer.path(file.stem): file.read_bytes() for file in LISTS.glob("*.json")}
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
