"""Python's own clients of protocols that begin in the clear, up to STARTTLS.

Takes one JSON argument: protocol, port. Whoever started it is content with a ClientHello and hangs up, so how TLS ends is no
matter here; prints one line of JSON with what the server said it can do.
"""
import imaplib
import json
import smtplib
import ssl
import sys

options = json.loads(sys.argv[1])
address = ("127.0.0.1", options["port"])


def mail(client_class):
    client = client_class(*address, timeout=30)
    client.ehlo()
    code, _ = client.docmd("MAIL", "FROM:<someone@example>")
    return client, {"offers": sorted(client.esmtp_features), "refusal": code}


def mailbox():
    client = imaplib.IMAP4(*address, timeout=30)
    refusal, _ = client._simple_command("AUTHENTICATE", "PLAIN")
    return client, {"offers": sorted(client.capabilities), "refusal": refusal}


client, seen = {
    "smtp": lambda: mail(smtplib.SMTP),
    "lmtp": lambda: mail(smtplib.LMTP),
    "imap": mailbox,
}[options["protocol"]]()
print(json.dumps(seen), flush=True)
try:
    client.starttls()
except (ssl.SSLError, OSError) as problem:
    print(json.dumps({"tls": type(problem).__name__}), flush=True)
