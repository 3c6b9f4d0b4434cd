"""A client that closes TLS and says the next thing in the clear in one breath, then begins TLS again
on the same TCP connection, asked for by STARTTLS of SMTP.

Takes one JSON argument: port, ca, version. Prints one JSON line for each TLS, and in the second
what the server said between them.
"""
import json
import socket
import ssl
import sys

options = json.loads(sys.argv[1])
context = ssl.create_default_context(cafile=options["ca"])
context.minimum_version = context.maximum_version = ssl.TLSVersion[options["version"]]
tcp = socket.create_connection(("127.0.0.1", options["port"]), timeout=30)
clear = b""


def reply(code):
    """One reply of SMTP, all its lines; what comes behind it is kept."""
    global clear
    while True:
        while b"\r\n" not in clear:
            clear += tcp.recv(1000)
        got, clear = clear.split(b"\r\n", 1)
        assert got.startswith(code), got
        if got[3:4] == b" ":
            return got.decode()


class Tls:
    """TLS between two pieces of memory: what is sent when is ours to say."""

    def __init__(self, session):
        self.came, self.goes = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.object = context.wrap_bio(
            self.came, self.goes, server_hostname="localhost", session=session
        )

    def until_done(self, step):
        while True:
            try:
                done = step()
                tcp.sendall(self.goes.read())
                return done
            except ssl.SSLWantReadError:
                tcp.sendall(self.goes.read())
                self.came.write(tcp.recv(10000))


reply(b"220")
tcp.sendall(b"EHLO me\r\n")
reply(b"250")
session = None
for number in range(2):
    tcp.sendall(b"STARTTLS\r\n")
    between = reply(b"220")
    assert clear == b"", clear
    tls = Tls(session)
    tls.until_done(tls.object.do_handshake)
    tls.object.write(b"hello %d\n" % number)
    echoed = tls.until_done(lambda: tls.object.read(1000))
    session = tls.object.session
    report = {"reused": tls.object.session_reused, "echoed": echoed.decode(), "between": between}
    print(json.dumps(report), flush=True)
    try:
        tls.object.unwrap()
    except ssl.SSLWantReadError:
        pass
    # close_notify, and what is not TLS any more, in one piece.
    tcp.sendall(tls.goes.read() + b"EHLO again\r\n")
    while True:
        try:
            tls.object.unwrap()
            break
        except ssl.SSLWantReadError:
            tls.came.write(tcp.recv(10000))
    clear = tls.came.read()
    reply(b"250")
