/**
 * Answers `--version` and `--standard-json [--base-path DIR]` with the npm compiler, and prints nothing else.
 *
 * The compiler's own solcjs puts a line of its own before the JSON, which py-solc-x cannot read.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

import solc from "solc";

const { values } = parseArgs({
  options: {
    version: { type: "boolean" },
    "standard-json": { type: "boolean" },
    "base-path": { type: "string", default: "." },
    "allow-paths": { type: "string" }, // of slither; we read below the base path alone
  },
});

function findImport(name) {
  try {
    return { contents: readFileSync(path.join(values["base-path"], name), "utf8") };
  } catch (error) {
    return { error: error.message };
  }
}

if (values.version) {
  console.log(`Version: ${solc.version()}`);
} else if (values["standard-json"]) {
  process.stdout.write(solc.compile(readFileSync(0, "utf8"), { import: findImport }));
} else {
  console.error("solc: want --version or --standard-json");
  process.exitCode = 64;
}
