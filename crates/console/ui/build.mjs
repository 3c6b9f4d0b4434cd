// Builds ../dist: what the program embeds. The same sources give the same bytes.

import { copyFile, mkdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

// What is built in has to say so: the BSD licence asks for its text beside every copy.
const licence = await readFile(here("node_modules/lit-html/LICENSE"), "utf8");
const notice = `/*\nTessera's console: MIT OR Apache-2.0. It contains lit-html:\n\n${licence.trim()}\n*/`;

await mkdir(here("../dist"), { recursive: true });
await build({
    absWorkingDir: here("."),
    entryPoints: { app: "src/main.ts" },
    outdir: "../dist",
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2023",
    charset: "utf8",
    legalComments: "none",
    banner: { js: notice },
    logLevel: "warning",
});
await build({
    absWorkingDir: here("."),
    entryPoints: { app: "css/app.css" },
    outdir: "../dist",
    bundle: true,
    minify: true,
    charset: "utf8",
    // light-dark() and nesting are taken as they are: every browser has had them since 2024.
    target: "esnext",
    logLevel: "warning",
});
for (const file of ["index.html", "favicon.svg"]) await copyFile(here(file), here(`../dist/${file}`));
