/** What appends cost. Gas is the same on every machine, so the committed figures are compared to the digit. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, describe, it } from "node:test";

import { network } from "hardhat";

import { measureCompared } from "../../bench/gas/compared.js";
import { measureOwn } from "../../bench/gas/own.js";
import { comparedTable, ownTable } from "../../bench/gas/table.js";

/** The most that an append may cost at each size of the log, whatever size the contract held before. */
const promised = new Map([
  [100, 52_000],
  [1_000_000, 70_000],
  [1_000_000_000, 83_000],
]);

const project = new URL("../../", import.meta.url);
const text = (name) => readFile(new URL(name, project), "utf8");

let own, compared;

before(async () => {
  const { viem } = await network.create();
  own = await measureOwn(viem);
  compared = await measureCompared(viem);
});

describe("gas", () => {
  for (const [size, most] of promised) {
    it(`of an append to ${size} entries stays under ${most}, whatever the contract held before`, () => {
      const [[, , worst]] = own.filter(([what, entries]) => what === "worst old size" && entries === size);
      assert.ok(worst <= most, `${worst} gas, promised ${most}`);
    });
  }

  it("of a million records in one anchor is below 0.1 a record, in the dearest case", () => {
    assert.ok(own.at(-1)[2] / 1_000_000 < 0.1);
  });

  it("is what the committed snapshot says; scripts/npm run bench:gas writes it anew", async () => {
    assert.deepEqual({ own, compared }, JSON.parse(await text("bench/gas/snapshot.json")));
  });

  it("is what the documents say", async () => {
    assert.ok((await text("docs/contract.md")).includes(ownTable(own)), ownTable(own));
    assert.ok((await text("docs/benchmarks/gas.md")).includes(comparedTable(compared)), comparedTable(compared));
  });
});
