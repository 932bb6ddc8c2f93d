/** The library on the vectors that Python and the browser read too: tests/vectors/log. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";

import { network } from "hardhat";

const { viem } = await network.create();
const library = await viem.deployContract("Rfc9162Harness");

const folder = new URL("../vectors/log/", import.meta.url);
const vectors = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .map((name) => ({ name: name.replace(".json", ""), ...JSON.parse(readFileSync(new URL(name, folder), "utf8")) }));

/** The contract keeps no root for the empty log, so nobody can lie to it about one. */
const NOT_ASKED = "consistency-empty-log-with-another-root";

const checks = {
  inclusion: ({ index, size, leaf_hash, proof, root }) =>
    library.read.includes([u64(index), bytes32(leaf_hash), u64(size), bytes32(root), proof.map(bytes32)]),
  consistency: ({ old_size, new_size, proof, old_root, new_root }) =>
    library.read.consistent([u64(old_size), bytes32(old_root), u64(new_size), bytes32(new_root), proof.map(bytes32)]),
};

class Unspeakable extends Error {}

function u64(number) {
  if (number < 0 || BigInt(number) >= 2n ** 64n) throw new Unspeakable(`${number} is no uint64`);
  return BigInt(number);
}

function bytes32(hash) {
  if (hash.length !== 64) throw new Unspeakable(`${hash} is no bytes32`);
  return `0x${hash}`;
}

async function accepts(vector) {
  try {
    return await checks[vector.check](vector);
  } catch (error) {
    if (error instanceof Unspeakable) return false;
    throw error;
  }
}

/** TraceLog takes a step to a larger log only, before it asks the library. */
const asked = ({ name, check, old_size, new_size }) =>
  name !== NOT_ASKED && (check === "inclusion" || old_size < new_size);

describe("Rfc9162 on the shared vectors", () => {
  it("finds sound ones and lies of both kinds", () => {
    for (const check of ["inclusion", "consistency"]) {
      for (const valid of [true, false]) {
        assert.ok(vectors.filter((vector) => vector.check === check && vector.valid === valid).length > 4);
      }
    }
  });

  for (const vector of vectors.filter(asked)) {
    it(`${vector.valid ? "accepts" : "refuses"} ${vector.name}`, async () => {
      assert.equal(await accepts(vector), vector.valid);
    });
  }
});
