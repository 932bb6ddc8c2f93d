/** Measures all gas, prints the tables of docs/contract.md and docs/benchmarks/gas.md, writes snapshot.json. */
import { writeFile } from "node:fs/promises";

import { network } from "hardhat";

import { measureCompared } from "./compared.js";
import { measureOwn } from "./own.js";
import { comparedTable, ownTable } from "./table.js";

const { viem } = await network.create();
const measured = { own: await measureOwn(viem), compared: await measureCompared(viem) };

console.log(`${ownTable(measured.own)}\n\n${comparedTable(measured.compared)}`);
await writeFile(new URL("snapshot.json", import.meta.url), `${JSON.stringify(measured, null, 1)}\n`);
