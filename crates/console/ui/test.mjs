// Bundles every test and runs it with Node's own runner.

import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const bundles = here("node_modules/.tests");

rmSync(bundles, { recursive: true, force: true });
await build({
    absWorkingDir: here("."),
    entryPoints: readdirSync(here("test"))
        .filter((file) => file.endsWith(".test.ts"))
        .map((file) => `test/${file}`),
    outdir: bundles,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node18",
    sourcemap: "inline",
    logLevel: "warning",
});
const files = readdirSync(bundles).map((file) => `${bundles}/${file}`);
const reporter = ["--test-reporter=tap"];
process.exit(
    spawnSync(process.execPath, ["--test", "--enable-source-maps", ...reporter, ...files], { stdio: "inherit" })
        .status ?? 1,
);
