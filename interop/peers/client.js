// An HTTP/1.0 client on Node's tls module; each connection offers the newest session it has.
//
// Takes one JSON argument: port, ca, path, and if wanted connections, cert, key, keylog, ciphers,
// curves, alpn. Prints one JSON line a connection.
"use strict";
const fs = require("node:fs");
const tls = require("node:tls");

const options = JSON.parse(process.argv[2]);
const file = (name) => (options[name] ? fs.readFileSync(options[name]) : undefined);

function connect(session) {
  return new Promise((resolve, reject) => {
    let body = "";
    let newest = session;
    const socket = tls.connect({
      host: "127.0.0.1",
      port: options.port,
      servername: "localhost",
      ca: file("ca"),
      cert: file("cert"),
      key: file("key"),
      minVersion: "TLSv1.3",
      ciphers: options.ciphers,
      ecdhCurve: options.curves,
      ALPNProtocols: options.alpn,
      session,
    });
    socket.setEncoding("utf8");
    socket.on("keylog", (line) => options.keylog && fs.appendFileSync(options.keylog, line));
    socket.on("session", (ticket) => (newest = ticket));
    socket.on("secureConnect", () =>
      socket.write(`GET ${options.path} HTTP/1.0\r\nHost: localhost\r\n\r\n`),
    );
    socket.on("data", (part) => (body += part));
    socket.on("error", reject);
    socket.on("end", () => {
      const line = {
        version: socket.getProtocol(),
        cipher: socket.getCipher().standardName,
        alpn: socket.alpnProtocol,
        reused: socket.isSessionReused(),
        body,
      };
      console.log(JSON.stringify(line));
      socket.end();
      resolve(newest);
    });
  });
}

async function main() {
  let session;
  for (let i = 0; i < (options.connections ?? 1); i++) session = await connect(session);
}

main().catch((problem) => {
  console.error(`${problem.code}: ${problem.message}`);
  process.exit(1);
});
