// Makes api/static/verify*.js, which browsers load, from api/verifier/. With --check it only says whether they are as
// it would make them. Run it as `scripts/npm run make:verify-js`.

import { readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";
import { minify } from "terser";

// By what browsers load; the last three only where a file or a browser wants them.
const SOURCES = {
  "verify.js": "verify.js",
  "verify-readings.js": "readings.js",
  "verify-trace.js": "verify_trace.js",
  "verify-ed25519.js": "ed25519.js",
};
const MOST_BYTES = 4096;
const NOTICE =
  "// Made from api/verifier/ by scripts/make_verify_js.js; docs/verify-js.md says how to read and check it.\n";
const root = new URL("..", import.meta.url);

async function made(source) {
  const { outputFiles } = await build({
    entryPoints: [new URL(`api/verifier/${source}`, root).pathname],
    bundle: true,
    external: ["./verify-*.js"],
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
for (const [name, source] of Object.entries(SOURCES)) {
  const file = new URL(`api/static/${name}`, root);
  const code = `${name === "verify.js" ? "" : NOTICE}${await made(source)}\n`;
  if (process.argv.includes("--check")) stale ||= readFileSync(file, "utf8") !== code;
  else writeFileSync(file, code);
  console.log(`${name}: ${code.length} bytes, ${brotliCompressSync(code).length} in brotli`);
}
if (stale) {
  console.error(
    "make_verify_js: api/static/ is not what api/verifier/ makes; run scripts/npm run make:verify-js",
  );
  process.exit(1);
}
