"""A server that closes TLS and begins it again on one TCP connection, asked for by STARTTLS of SMTP.

Takes one JSON argument: cert, key, version, and ending of the first TLS ("close_notify" or
"truncate"; or "speaks", for a server that begins TLS unasked, and behind it goes on in the clear).
Prints {"port": N}, then one JSON line for each TLS.
"""
import json
import socket
import ssl
import sys

options = json.loads(sys.argv[1])
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.minimum_version = context.maximum_version = ssl.TLSVersion[options["version"]]
context.load_cert_chain(options["cert"], options["key"])
listener = socket.create_server(("127.0.0.1", 0))
print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
tcp, _ = listener.accept()
tcp.settimeout(30)


def line():
    """One line in the clear, byte by byte: what is behind it is not ours to read."""
    got = b""
    while not got.endswith(b"\r\n"):
        byte = tcp.recv(1)
        if not byte:
            raise SystemExit(f"the client is gone after {got!r}")
        got += byte
    return got


speaks = options.get("ending") == "speaks"
if not speaks:
    tcp.sendall(b"220 here\r\n")
for number in range(2):
    if speaks:
        tls = context.wrap_socket(tcp, server_side=True)
        assert tls.recv(1000) == b"", "close_notify was due"
        # Ours, and words behind it in the same piece as far as TCP likes.
        tls.unwrap().sendall(b"220 and now in the clear\r\n")
        raise SystemExit(0)
    assert line().startswith(b"EHLO "), "no hello"
    tcp.sendall(b"250-here\r\n250 STARTTLS\r\n")
    assert line() == b"STARTTLS\r\n", "no STARTTLS"
    tcp.sendall(b"220 go\r\n")
    tls = context.wrap_socket(tcp, server_side=True)
    heard = b""
    while part := tls.recv(1000):
        heard += part
        tls.sendall(part.upper())
    report = {"version": tls.version(), "reused": tls.session_reused, "heard": heard.decode()}
    print(json.dumps(report), flush=True)
    if options.get("ending") == "truncate":
        tls.detach()
        raise SystemExit(0)
    tcp = tls.unwrap()
    tcp.settimeout(30)
