// Bundle what the pages load: each assets/*.js is a page's entry, site.css its style, and MapLibre's worker a file of
// its own, because a strict content-security policy allows no worker made from a string.
import { readdir, rm, writeFile } from "node:fs/promises";
import { build } from "esbuild";

const here = new URL(".", import.meta.url).pathname;
const out = new URL("../src/liangtian_web/static/bundle/", import.meta.url).pathname;
const entries = (await readdir(here)).filter((name) => name.endsWith(".js") || name.endsWith(".css"));

await rm(out, { recursive: true, force: true });
await build({
  entryPoints: [
    ...entries.map((name) => here + name),
    { in: "maplibre-gl/dist/maplibre-gl-worker.mjs", out: "maplibre-worker" },
  ].map((entry) => (typeof entry === "string" ? { in: entry, out: entry.slice(here.length).replace(/\.(js|css)$/, "") } : entry)),
  outdir: out,
  bundle: true,
  format: "esm",
  splitting: true,
  minify: true,
  target: "es2022",
  legalComments: "linked",
  logLevel: "warning",
});
// The make step compares this file's time with its sources.
await writeFile(out + ".ready", "");
