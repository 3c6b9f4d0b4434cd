"""A client that closes TLS and begins it again on one TCP connection, asked for by STARTTLS of SMTP.

Takes one JSON argument: port, ca, version. Prints one JSON line for each TLS.
"""
import json
import socket
import ssl
import sys

options = json.loads(sys.argv[1])
context = ssl.create_default_context(cafile=options["ca"])
context.minimum_version = context.maximum_version = ssl.TLSVersion[options["version"]]
tcp = socket.create_connection(("127.0.0.1", options["port"]), timeout=30)


def reply(code):
    """One reply of SMTP, all its lines."""
    while True:
        got = b""
        while not got.endswith(b"\r\n"):
            got += tcp.recv(1)
        assert got.startswith(code), got
        if got[3:4] == b" ":
            return


reply(b"220")
session = None
for number in range(2):
    tcp.sendall(b"EHLO me\r\n")
    reply(b"250")
    tcp.sendall(b"STARTTLS\r\n")
    reply(b"220")
    tls = context.wrap_socket(tcp, server_hostname="localhost", session=session)
    tls.sendall(b"hello %d\n" % number)
    echoed = tls.recv(1000)
    session = tls.session
    report = {"version": tls.version(), "reused": tls.session_reused, "echoed": echoed.decode()}
    print(json.dumps(report), flush=True)
    tcp = tls.unwrap()
    tcp.settimeout(30)
