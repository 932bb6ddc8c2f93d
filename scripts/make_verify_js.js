// Makes api/static/verify*.js and check*.js, which browsers load, from api/verifier/ and api/check_page/, and
// guoji-verify.html beside them. With --check it only says whether they are as it would make them. Run it as `scripts/npm run make:verify-js`.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";
import { minify } from "terser";
import { madePage } from "./verify_page.js";

// By what browsers load; the others only where a file or a browser wants them.
const SOURCES = {
  "verify.js": "verify.js",
  "verify-readings.js": "readings.js",
  "verify-cbor.js": "cbor.js",
  "verify-trace.js": "verify_trace.js",
  "verify-code.js": "verify_code.js",
  "verify-ed25519.js": "ed25519.js",
};
const MOST_BYTES = 4096;
// Chrome then compiles each function beside the page, and not in its way when it is first called.
const EAGER = "//# allFunctionsCalledOnLoad\n";
const noticeOf = (folder) =>
  `${EAGER}// Made from api/${folder}/ by scripts/make_verify_js.js; docs/verify-js.md says how to read and check it.\n`;
const root = new URL("..", import.meta.url);

async function made(folder, source) {
  const { outputFiles } = await build({
    entryPoints: [new URL(`api/${folder}/${source}`, root).pathname],
    bundle: true,
    external: ["./verify-*.js", "/static/*"],
    format: "esm",
    target: "es2022",
    charset: "utf8",
    legalComments: "inline",
    write: false,
  });
  const compress = { passes: 4, unsafe_arrows: true };
  return (await minify(outputFiles[0].text, { module: true, ecma: 2022, compress })).code;
}

let stale = false;
function keep(name, text) {
  const file = new URL(`api/static/${name}`, root);
  if (process.argv.includes("--check")) stale ||= readFileSync(file, "utf8") !== text;
  else writeFileSync(file, text);
  console.log(`${name}: ${Buffer.byteLength(text)} bytes, ${brotliCompressSync(text).length} in brotli`);
}

for (const [name, source] of Object.entries(SOURCES))
  keep(name, `${name === "verify.js" ? EAGER : noticeOf("verifier")}${await made("verifier", source)}\n`);
for (const [name, source] of [["check.js", "main.js"], ["check-page.js", "records.js"]])
  keep(name, `${noticeOf("check_page")}${await made("check_page", source)}\n`);
const page = await madePage(SOURCES);
keep("guoji-verify.html", page);
console.log(`SHA-256 of guoji-verify.html: ${createHash("sha256").update(page).digest("hex")}`);
if (stale) {
  console.error(
    "make_verify_js: api/static/ is not what the sources make; run scripts/npm run make:verify-js",
  );
  process.exit(1);
}
