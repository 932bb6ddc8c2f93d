// Puts the verifier's page together from api/verify_page/ and api/verifier/: one file that needs no other.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { build } from "esbuild";
import { minify } from "terser";

const FOLDER = new URL("../api/verify_page/", import.meta.url);
const read = (name) => readFileSync(new URL(name, FOLDER), "utf8");
const sourceOf = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

// What verify.js loads only when it needs it stands in the page from the start: there is nowhere to load it from.
const inside = (sources) => ({
  name: "inside",
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\/verify-/ }, ({ path }) => ({
      path: new URL(`../verifier/${sources[path.slice(2)]}`, FOLDER).pathname,
    })),
});

// `sources` says from which file each of the verifier's scripts is made.
export async function madePage(sources) {
  const style = await minifiedStyle();
  const script = await minifiedScript(sources);
  // Any host, because the reader names the endpoints of the chain, and the server that the proof is fetched from.
  const policy = [
    "default-src 'none'",
    `script-src ${sourceOf(script)}`,
    `style-src ${sourceOf(style)}`,
    "worker-src blob:",
    "img-src data:",
    "connect-src *",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const parts = { policy, style, script, symbols: read("symbols.svg") };
  return read("index.html").replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
}

async function minifiedStyle() {
  const { outputFiles } = await build({
    entryPoints: [new URL("page.css", FOLDER).pathname],
    minify: true,
    target: "chrome103",
    charset: "utf8",
    write: false,
  });
  return outputFiles[0].text.trim();
}

async function minifiedScript(sources) {
  const { outputFiles } = await build({
    entryPoints: [new URL("main.js", FOLDER).pathname],
    bundle: true,
    plugins: [inside(sources)],
    format: "iife",
    target: "es2022",
    charset: "utf8",
    legalComments: "inline",
    write: false,
  });
  const { code } = await minify(outputFiles[0].text, { ecma: 2022, compress: { passes: 2 } });
  if (code.includes("</script")) throw Error("the script would end the element that it stands in");
  return code;
}
