// A headless Chromium that does what it is told, a line of JSON at a time, and answers each with a line.
//
// Takes one JSON argument: modules (where playwright-core and axe-core are installed), chromium (the program), home (a
// directory whose NSS database says whom to trust).
"use strict";
const { createRequire } = require("node:module");
const fs = require("node:fs");
const path = require("node:path");
const readline = require("node:readline");

const options = JSON.parse(process.argv[2]);
const installed = createRequire(path.join(options.modules, "package.json"));
const { chromium } = installed("playwright-core");
const axe = fs.readFileSync(installed.resolve("axe-core/axe.min.js"), "utf8");

const pages = new Map();
let browser;

async function start() {
  browser = await chromium.launchPersistentContext(path.join(options.home, "profile"), {
    executablePath: options.chromium,
    env: { ...process.env, HOME: options.home },
    args: ["--no-sandbox", "--disable-quic", "--disable-dev-shm-usage"],
    viewport: { width: 1280, height: 800 },
  });
}

/** What can be asked for. */
const commands = {
  async open({ page: name, url, scheme, width = 1280, height = 800, motion = "no-preference" }) {
    const page = await browser.newPage();
    const said = [];
    page.on("pageerror", (error) => said.push(`error: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error") said.push(message.text());
    });
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: scheme ?? "light", reducedMotion: motion });
    pages.set(name, { page, said });
    await page.goto(url);
    return true;
  },
  async press({ page, button, within }) {
    const scope = within ? of(page).getByRole("dialog") : of(page);
    const found = scope.getByRole("button", { name: button, exact: true });
    await found.click({ timeout: 20_000 });
    return true;
  },
  /** One of several that exclude each other. */
  async pick({ page, radio }) {
    await of(page).locator("label").filter({ hasText: radio, has: of(page).locator("input[type=radio]") }).first().click();
    return true;
  },
  async fill({ page, label, text }) {
    await of(page).getByLabel(label).fill(text);
    return true;
  },
  async choose({ page, selector }) {
    await of(page).locator(selector).first().click();
    return true;
  },
  async keys({ page, keys }) {
    for (const key of keys) await of(page).keyboard.press(key);
    return of(page).evaluate(() => document.activeElement?.outerHTML ?? "");
  },
  /** The lines and bars there are, and what is said about them. */
  async look({ page }) {
    return of(page).evaluate(() => {
      const rows = (attribute) =>
        [...document.querySelectorAll(`[${attribute}]`)].map((row) => ({ ...row.dataset, text: row.textContent.trim() }));
      return { connections: rows("data-connection"), lineages: rows("data-lineage"), text: document.body.innerText };
    });
  },
  async evaluate({ page, expression }) {
    return of(page).evaluate(expression);
  },
  async go({ page, url }) {
    await of(page).goto(url);
    return of(page).content();
  },
  async picture({ page, file }) {
    await of(page).screenshot({ path: file });
    return true;
  },
  /** What axe has against it. */
  async axe({ page }) {
    await of(page).evaluate(axe);
    const { violations } = await of(page).evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    return violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map((node) => node.html).slice(0, 5) }));
  },
  /** The times between frames, in milliseconds, while the page is scrolled and used. */
  async frames({ page, count, selector }) {
    return of(page).evaluate(
      ([count, selector]) =>
        new Promise((resolve) => {
          const times = [];
          let before;
          const scrolled = document.querySelector(selector);
          const frame = (now) => {
            if (before !== undefined) times.push(now - before);
            before = now;
            if (scrolled) scrolled.scrollTop = (scrolled.scrollTop + 37) % Math.max(1, scrolled.scrollHeight);
            if (times.length < count) requestAnimationFrame(frame);
            else resolve(times);
          };
          requestAnimationFrame(frame);
        }),
      [count, selector],
    );
  },
  async said({ page }) {
    return pages.get(page).said.splice(0);
  },
  async close({ page }) {
    await of(page).close();
    pages.delete(page);
    return true;
  },
};

function of(name) {
  return pages.get(name).page;
}

async function main() {
  await start();
  process.stdout.write('{"ok":true}\n');
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const asked = JSON.parse(line);
    let answer;
    try {
      answer = { ok: await commands[asked.do](asked) };
    } catch (error) {
      answer = { failed: String(error) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
  await browser.close();
}

main().catch((error) => {
  process.stdout.write(`${JSON.stringify({ failed: String(error) })}\n`);
  process.exit(1);
});
