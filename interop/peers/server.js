// An HTTP/1.0 server on Node's tls module.
//
// Takes one JSON argument: cert, key, and if wanted client_ca, ciphers, curves, keylog, alpn.
// Prints {"port": N}, then one JSON line a connection.
"use strict";
const fs = require("node:fs");
const tls = require("node:tls");

const options = JSON.parse(process.argv[2]);
const server = tls.createServer({
  cert: fs.readFileSync(options.cert),
  key: fs.readFileSync(options.key),
  ca: options.client_ca ? fs.readFileSync(options.client_ca) : undefined,
  requestCert: Boolean(options.client_ca),
  rejectUnauthorized: Boolean(options.client_ca),
  minVersion: "TLSv1.3",
  ciphers: options.ciphers,
  ecdhCurve: options.curves,
  ALPNProtocols: options.alpn,
});

server.on("keylog", (line) => options.keylog && fs.appendFileSync(options.keylog, line));
server.on("tlsClientError", (problem) => console.log(JSON.stringify({ problem: problem.message })));
server.on("secureConnection", (socket) => {
  let request = "";
  socket.setEncoding("utf8");
  socket.on("error", (problem) => console.log(JSON.stringify({ problem: problem.message })));
  socket.on("data", (part) => {
    request += part;
    if (!request.includes("\r\n\r\n")) return;
    const line = {
      version: socket.getProtocol(),
      cipher: socket.getCipher().standardName,
      alpn: socket.alpnProtocol,
      reused: socket.isSessionReused(),
      subject: socket.getPeerCertificate().subject?.CN ?? null,
    };
    const body = JSON.stringify(line);
    console.log(body);
    socket.end(
      `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
  });
});
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
