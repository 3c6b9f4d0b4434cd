"""Servers of protocols that begin in the clear, on Python's socketserver, speaking as Postfix, Dovecot and slapd do.

Takes one JSON argument: protocol, and if wanted manner: "injects" says more behind the go-ahead, "strips" does not offer
STARTTLS, "refuses" offers it and then does not want to, "preauth" greets an IMAP client as somebody who is logged in.
Prints {"port": N}, then one JSON line a connection: what was heard in the clear, and the bytes after the go-ahead.
"""
import json
import socketserver
import sys

options = json.loads(sys.argv[1])
manner = options.get("manner", "honest")


class Handler(socketserver.StreamRequestHandler):
    timeout = 30

    def handle(self):
        self.heard = []
        self.after = b""
        try:
            DIALOGUES[options["protocol"]](self)
        except OSError:
            pass
        line = {"heard": self.heard, "after": self.after.hex()}
        print(json.dumps(line), flush=True)

    def say(self, *lines):
        self.wfile.write("".join(line + "\r\n" for line in lines).encode())

    def line(self):
        line = self.rfile.readline(65536).decode()
        if line:
            self.heard.append(line.rstrip("\r\n"))
        return line

    def go_ahead(self, answer, injected):
        """One write, so that the client sees both in one read."""
        self.wfile.write(answer + (injected if manner == "injects" else b""))
        self.after = self.rfile.read1(5)


def smtp(peer, hello, banner):
    peer.say(f"220 mail.example {banner}")
    features = ["PIPELINING", "SIZE 10240000", "VRFY", "ETRN", "STARTTLS", "ENHANCEDSTATUSCODES", "8BITMIME", "DSN"]
    if manner == "strips":
        features.remove("STARTTLS")
    while line := peer.line():
        verb = line.split()[0].upper() if line.split() else ""
        if verb == hello:
            peer.say("250-mail.example", *[f"250-{feature}" for feature in features], "250 SMTPUTF8")
        elif verb == "STARTTLS" and manner == "refuses":
            peer.say("454 4.7.0 TLS not available due to local problem")
        elif verb == "STARTTLS":
            return peer.go_ahead(b"220 2.0.0 Ready to start TLS\r\n", b"250 mail.example\r\n")
        else:
            peer.say("502 5.5.2 Error: command not recognized")


def imap(peer):
    capabilities = "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ STARTTLS LOGINDISABLED"
    if manner == "strips":
        capabilities = capabilities.replace("STARTTLS ", "")
    if manner == "preauth":
        peer.say(f"* PREAUTH [CAPABILITY {capabilities}] Logged in as alice")
    else:
        peer.say(f"* OK [CAPABILITY {capabilities}] Dovecot (Debian) ready.")
    while line := peer.line():
        tag, verb = line.split()[:2]
        if verb.upper() == "CAPABILITY":
            peer.say(f"* CAPABILITY {capabilities}", f"{tag} OK Pre-login capabilities listed.")
        elif verb.upper() == "STARTTLS" and manner == "refuses":
            peer.say(f"{tag} BAD TLS support isn't enabled.")
        elif verb.upper() == "STARTTLS":
            go_ahead = f"{tag} OK Begin TLS negotiation now.\r\n".encode()
            return peer.go_ahead(go_ahead, b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n")
        else:
            peer.say(f"{tag} BAD Error in IMAP command received by server.")


def ldap(peer):
    """One ExtendedRequest for StartTLS; short lengths on both sides."""
    header = peer.rfile.read(2)
    body = peer.rfile.read(header[1])
    peer.heard.append((header + body).hex())
    message_id, operation = body[2], body[3]
    name = body[7:]
    known = operation == 0x77 and name == b"1.3.6.1.4.1.1466.20037" and manner != "strips"
    if known and manner != "refuses":
        result = b"\x0a\x01\x00\x04\x00\x04\x00"
    elif known:
        result = b"\x0a\x01\x34\x04\x00\x04\x00"
    else:
        said = b"unsupported extended operation"
        result = b"\x0a\x01\x02\x04\x00\x04" + bytes([len(said)]) + said
    operation = b"\x78" + bytes([len(result)]) + result
    message = b"\x02\x01" + bytes([message_id]) + operation
    message = b"\x30" + bytes([len(message)]) + message
    if known and manner != "refuses":
        peer.go_ahead(message, b"\x30\x0c\x02\x01\x02\x61\x07\x0a\x01\x00\x04\x00\x04\x00")
    else:
        peer.wfile.write(message)
        peer.rfile.read1(1)


DIALOGUES = {
    "smtp": lambda peer: smtp(peer, "EHLO", "ESMTP Postfix (Debian/GNU)"),
    "lmtp": lambda peer: smtp(peer, "LHLO", "Dovecot (Debian) ready."),
    "imap": imap,
    "ldap": ldap,
}

with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
    print(json.dumps({"port": server.server_address[1]}), flush=True)
    server.serve_forever()
