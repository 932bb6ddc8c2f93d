/** What an append costs. Gas is the same on every machine, so the promised table is compared to the digit. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, describe, it } from "node:test";

import { network } from "hardhat";
import { keccak256, toHex } from "viem";

import { consistencyProof, numbersFrom, treeOfAlike } from "./merkle.js";

/** The most that an append may cost at each size of the log, whatever size the contract held before. */
const promised = new Map([
  [100, 52_000],
  [1_000_000, 70_000],
  [1_000_000_000, 83_000],
]);

const { viem } = await network.create();
const [{ account }] = await viem.getWalletClients();
const client = await viem.getPublicClient();
const mth = treeOfAlike("the same");
const rows = [];
const report = (...row) => rows.push(row);

let contract;
let logs = 0;

before(async () => {
  contract = await viem.deployContract("TraceLog", [0, account.address]);
});

async function gasOf(hash) {
  const { gasUsed } = await client.waitForTransactionReceipt({ hash });
  return Number(gasUsed);
}

/** Gas of the append from `old` to `size` on a log of its own. */
async function appendGas(old, size) {
  // Ids that are the same in every run: zero bytes in the calldata cost less.
  const log = keccak256(toHex(`log ${logs++}`));
  await contract.write.grantRole([await contract.read.publisherRole([log]), account.address]);
  await contract.write.append([log, 0, old, mth(0, old), []]);
  return gasOf(await contract.write.append([log, old, size, mth(0, size), consistencyProof(mth, old, size)]));
}

/**
 * The old sizes whose proofs need the most hashes, and some others in case this reasoning is wrong.
 *
 * A level costs two hashes where the old tree's last node has its sibling on the left, one elsewhere. So the dearest
 * old size leaves the path of the new one at some set bit and has only ones below it, but for the lowest: were that a
 * one too, the climb would start higher up.
 */
function dearOldSizes(size) {
  const last = BigInt(size - 1);
  const sizes = [size - 1];
  for (let bit = 2n; bit <= last; bit <<= 1n) {
    if (last & bit) sizes.push(Number(((last & ~(bit * 2n - 1n)) | (bit - 2n)) + 1n));
  }
  const random = numbersFrom(size);
  return [...sizes, ...Array.from({ length: 40 }, () => 1 + random(size - 1))];
}

describe("gas", () => {
  it("of a deployment and a first checkpoint is known", async () => {
    const { deploymentTransaction } = await viem.sendDeploymentTransaction("TraceLog", [0, account.address]);
    report("deployment", "", await gasOf(deploymentTransaction.hash));

    const log = keccak256(toHex("first"));
    await contract.write.grantRole([await contract.read.publisherRole([log]), account.address]);
    report("first checkpoint", "1", await gasOf(await contract.write.append([log, 0, 1, mth(0, 1), []])));
  });

  for (const [size, most] of promised) {
    it(`of an append to ${size} entries stays under ${most}`, async () => {
      report("one new entry", size, await appendGas(size - 1, size));
      const gas = [];
      for (const old of dearOldSizes(size)) gas.push(await appendGas(old, size));
      const worst = Math.max(...gas);
      report("worst old size", size, worst);

      assert.ok(worst <= most, `${worst} gas, promised ${most}`);
    });
  }

  it("is what docs/contract.md says", async () => {
    const format = (cell) => (typeof cell === "number" ? cell.toLocaleString("en") : cell);
    const table = rows.map((row) => `| ${row.map(format).join(" | ")} |`).join("\n");
    console.log(table);

    const docs = await readFile(new URL("../../docs/contract.md", import.meta.url), "utf8");
    assert.ok(docs.includes(table), "the table in docs/contract.md differs from the one above");
  });
});
