"""An HTTP/1.0 client on Python's ssl module; each connection offers the session of the one before.

Takes one JSON argument: port, ca, path, and if wanted version, connections, cert, key, keylog, alpn.
Prints one JSON line a connection.
"""
import json
import socket
import ssl
import sys

options = json.loads(sys.argv[1])
context = ssl.create_default_context(cafile=options["ca"])
context.minimum_version = ssl.TLSVersion[options.get("version", "TLSv1_3")]
context.maximum_version = context.minimum_version
if "cert" in options:
    context.load_cert_chain(options["cert"], options["key"])
if "keylog" in options:
    context.keylog_filename = options["keylog"]
if "alpn" in options:
    context.set_alpn_protocols(options["alpn"])


def read_to_end(tls):
    """Everything the peer sent, and whether a close_notify ended it."""
    body = b""
    while True:
        try:
            part = tls.recv(65536)
        except (ssl.SSLEOFError, ConnectionError) as problem:
            return body, "truncated: " + type(problem).__name__
        if not part:
            return body, "close_notify"
        body += part


def connect(session):
    raw = socket.create_connection(("127.0.0.1", options["port"]), timeout=30)
    with context.wrap_socket(
        raw, server_hostname="localhost", session=session, suppress_ragged_eofs=False
    ) as tls:
        tls.sendall(f"GET {options['path']} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        body, ended = read_to_end(tls)
        line = {
            "version": tls.version(),
            "cipher": tls.cipher()[0],
            "alpn": tls.selected_alpn_protocol(),
            "reused": tls.session_reused,
            "ended": ended,
            "body": body.decode(errors="replace"),
        }
        print(json.dumps(line), flush=True)
        return tls.session


session = None
for _ in range(options.get("connections", 1)):
    session = connect(session)
