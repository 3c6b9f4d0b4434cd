// Drives a headless Chromium over its debugging pipe: opens a page again and again until it came
// over two different connections, and prints the page of each, one a line.
//
// Takes one JSON argument: chromium (the program), profile (a new directory), url.
"use strict";
const { spawn } = require("node:child_process");

const options = JSON.parse(process.argv[2]);
const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
  `--user-data-dir=${options.profile}`,
  "--remote-debugging-pipe",
  "about:blank",
];
const browser = spawn(options.chromium, flags, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
process.on("SIGTERM", () => finish(1));

/** Ends the browser, then this program, so that nothing writes into the profile any more. */
function finish(code) {
  browser.once("exit", () => process.exit(code));
  browser.kill();
}

const answers = new Map();
let sent = 0;
let unread = "";
browser.stdio[4].setEncoding("utf8");
browser.stdio[4].on("data", (part) => {
  const messages = (unread + part).split("\0");
  unread = messages.pop();
  for (const message of messages.map((text) => JSON.parse(text))) {
    const answer = answers.get(message.id);
    if (answer) message.error ? answer.reject(message.error) : answer.resolve(message.result);
  }
});

function ask(method, params = {}, sessionId = undefined) {
  const id = ++sent;
  browser.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + "\0");
  return new Promise((resolve, reject) => answers.set(id, { resolve, reject }));
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function visit(page) {
  const { errorText } = await ask("Page.navigate", { url: options.url }, page);
  if (errorText) throw new Error(errorText);
  for (;;) {
    const expression = "document.readyState === 'complete' ? document.body.innerText : ''";
    const { result } = await ask("Runtime.evaluate", { expression }, page);
    try {
      const json = JSON.parse(result.value);
      if (json.schema) return json;
    } catch {
      // The page is still loading.
    }
    await pause(20);
  }
}

async function main() {
  const { targetId } = await ask("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await ask("Target.attachToTarget", { targetId, flatten: true });
  const first = await visit(sessionId);
  console.log(JSON.stringify(first));
  for (;;) {
    // Long enough for the server to find the connection idle.
    await pause(2500);
    const next = await visit(sessionId);
    if (next.connection.id !== first.connection.id) {
      console.log(JSON.stringify(next));
      return finish(0);
    }
  }
}

setTimeout(() => {
  console.error("no second connection within 40 seconds");
  finish(1);
}, 40_000);
main().catch((problem) => {
  console.error(problem);
  finish(1);
});
