"""A web site for tests: a real HTTP server on the loopback, plain or with TLS."""

from __future__ import annotations

import datetime
import http.server
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)

Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Site:
    """Answers by path; ``asked`` has the host, path and headers of each request."""

    port: int = 0
    answers: dict[str, Answer | Callable[[Any], None]] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)
    address: str = "127.0.0.1"

    def resolve(self, host: str, port: int) -> list[tuple[str, int]]:
        """A resolver in whose world every host is this server."""
        self.resolved.append(host)
        return [(self.address, self.port)]

    def picture(self, path: str, body: bytes = PNG) -> None:
        self.answers[path] = (200, {"Content-Type": "image/png"}, body)

    def sheet(self, path: str, css: str) -> None:
        self.answers[path] = (200, {"Content-Type": "text/css"}, css.encode())

    def redirect(self, path: str, location: str) -> None:
        self.answers[path] = (302, {"Location": location}, b"")

    def paths(self) -> list[str]:
        return [path for _, path, _ in self.asked]


@contextmanager
def served(tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    """A site that is up for the time of the block."""
    site = Site()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            headers = dict(self.headers)
            site.asked.append((headers.get("Host", ""), self.path, headers))
            answer = site.answers.get(self.path, (404, {}, b""))
            if callable(answer):
                self.close_connection = True
                answer(self)
                return
            status, fields, body = answer
            self.send_response(status)
            for name, value in fields.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that hangs up is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    site.port = int(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def certificate(folder: Path, *names: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's TLS for these names, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(one) for one in names]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    public = made.public_bytes(serialization.Encoding.PEM)
    file = folder / "server.pem"
    file.write_bytes(
        public
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cadata=public.decode())
