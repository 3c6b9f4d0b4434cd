"""An HTTP/1.0 server on Python's ssl module, one connection after the other.

Takes one JSON argument: cert, key, and if wanted version, client_ca, group, keylog, alpn, ending
("close_notify" or "truncate"). Prints {"port": N}, then one JSON line a connection.
"""
import json
import socket
import ssl
import sys

options = json.loads(sys.argv[1])
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.minimum_version = ssl.TLSVersion[options.get("version", "TLSv1_3")]
context.maximum_version = context.minimum_version
context.load_cert_chain(options["cert"], options["key"])
if "client_ca" in options:
    context.load_verify_locations(options["client_ca"])
    context.verify_mode = ssl.CERT_REQUIRED
if "group" in options:
    context.set_ecdh_curve(options["group"])
if "keylog" in options:
    context.keylog_filename = options["keylog"]
if "alpn" in options:
    context.set_alpn_protocols(options["alpn"])


def answer(raw):
    tls = context.wrap_socket(raw, server_side=True)
    request = b""
    while b"\r\n\r\n" not in request:
        part = tls.recv(65536)
        if not part:
            break
        request += part
    peer = tls.getpeercert()
    line = {
        "version": tls.version(),
        "cipher": tls.cipher()[0],
        "alpn": tls.selected_alpn_protocol(),
        "reused": tls.session_reused,
        "subject": [list(pair[0]) for pair in peer["subject"]] if peer else None,
    }
    print(json.dumps(line), flush=True)
    body = json.dumps(line).encode()
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n"
    if options.get("ending") != "truncate":
        head += f"Content-Length: {len(body)}\r\n".encode()
    tls.sendall(head + b"\r\n" + body)
    if options.get("ending") == "truncate":
        bare = socket.socket(fileno=tls.detach())
        bare.shutdown(socket.SHUT_RDWR)
        bare.close()
    else:
        tls.unwrap().close()


listener = socket.create_server(("127.0.0.1", 0))
print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
while True:
    raw, _ = listener.accept()
    raw.settimeout(30)
    try:
        answer(raw)
    except OSError as problem:
        print(json.dumps({"problem": str(problem)}), flush=True)
        raw.close()
