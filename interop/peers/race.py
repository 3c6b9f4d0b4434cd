"""Offers each of many tickets to several servers at the same moment, and counts who resumed.

Takes one JSON argument: ports, ca, tickets, at_once. Prints one JSON object: "tally" says how
many tickets were resumed by how many servers, "later" holds the pages of servers that were
offered used tickets once more.
"""
import collections
import concurrent.futures
import json
import socket
import ssl
import sys
import threading

options = json.loads(sys.argv[1])
ports = options["ports"]
at_once = options["at_once"]
context = ssl.create_default_context(cafile=options["ca"])
context.minimum_version = ssl.TLSVersion.TLSv1_3


def connect(port, session=None):
    raw = socket.create_connection(("127.0.0.1", port), timeout=30)
    return context.wrap_socket(raw, server_hostname="localhost", session=session)


def get(port, session=None):
    """The page, and the newest session."""
    with connect(port, session) as tls:
        tls.sendall(b"GET /json HTTP/1.0\r\nHost: localhost\r\n\r\n")
        body = b""
        while part := tls.recv(65536):
            body += part
        return json.loads(body.split(b"\r\n\r\n", 1)[1]), tls.session


def offer(port, session, start):
    start.wait()
    with connect(port, session) as tls:
        return tls.session_reused


tally = collections.Counter()
used = []
with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
    for n in range(options["tickets"]):
        page, session = get(ports[n % len(ports)])
        assert session.has_ticket and page["session"]["kind"] == "full", page
        start = threading.Barrier(at_once)
        chosen = [ports[(n * 5 + k) % len(ports)] for k in range(at_once)]
        offers = [pool.submit(offer, port, session, start) for port in chosen]
        tally[sum(each.result() for each in offers)] += 1
        used.append(session)

later = [get(port, session)[0] for port, session in zip(ports, used)]
print(json.dumps({"tally": tally, "later": later}))
