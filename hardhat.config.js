/** How Hardhat compiles and tests the contracts: the npm compiler, no downloads. */
import { createRequire } from "node:module";
import path from "node:path";

import nodeTestRunner from "@nomicfoundation/hardhat-node-test-runner";
import viem from "@nomicfoundation/hardhat-viem";
import { defineConfig } from "hardhat/config";

const require = createRequire(import.meta.url);
const solc = require.resolve("solc/package.json");

const compiler = {
  version: require(solc).version,
  path: path.join(path.dirname(solc), "soljson.js"), // run as WebAssembly
  settings: {
    evmVersion: "paris", // the oldest rules that the chains we promise share
    optimizer: { enabled: true, runs: 200 },
    metadata: { bytecodeHash: "none", appendCBOR: false },
  },
};

export default defineConfig({
  plugins: [nodeTestRunner, viem],
  paths: { sources: ["./contracts", "./tests/contracts", "./bench/gas"], tests: { nodejs: "./tests/contracts" } },
  // Both profiles are spelled out: the implied `production` would drop the settings.
  solidity: { profiles: { default: { compilers: [compiler] }, production: { compilers: [compiler] } } },
  networks: { default: { type: "edr-simulated", chainType: "l1", chainId: 31337, hardfork: "prague" } },
});
