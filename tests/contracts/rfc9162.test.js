/** The library against the RFC's own recursive words, on true proofs and on lies. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { network } from "hardhat";

import { consistencyProof, inclusionProof, leafHash, nodeHash, numbersFrom, treeOf, treeOfAlike } from "./merkle.js";

const { viem } = await network.create();
const library = await viem.deployContract("Rfc9162Harness");

const entries = Array.from({ length: 40 }, (_, index) => `entry ${index}`);
const mth = treeOf(entries);
const other = leafHash("an entry that is not there");

const consistent = (...args) => library.read.consistent(args);
const includes = (...args) => library.read.includes(args);

/** Every way to spoil a proof by one hash. */
const spoilt = (proof) => [
  [...proof, other],
  ...proof.map((_, place) => proof.toSpliced(place, 1)),
  ...proof.map((_, place) => proof.with(place, other)),
];

describe("Rfc9162.nodeHash", () => {
  it("equals its plain twin and the RFC's hash", async () => {
    const edge = `0x${"ff".repeat(32)}`;
    for (const pair of [[mth(0, 1), mth(1, 2)], [edge, edge], [other, `0x${"00".repeat(32)}`]]) {
      assert.equal(await library.read.nodeHash(pair), nodeHash(...pair));
      assert.equal(await library.read.plainNodeHash(pair), nodeHash(...pair));
    }
  });
});

describe("Rfc9162.consistent", () => {
  it("accepts every true proof up to 20 entries", async () => {
    for (let size = 1; size <= 20; size++) {
      for (let old = 0; old < size; old++) {
        const oldRoot = old === 0 ? other : mth(0, old);
        const proof = consistencyProof(mth, old, size);
        assert.equal(await consistent(old, oldRoot, size, mth(0, size), proof), true, `${old} -> ${size}`);
      }
    }
  });

  it("refuses a proof with a hash more, less or other", async () => {
    for (const [old, size] of [[0, 3], [1, 2], [3, 4], [4, 8], [6, 7], [7, 13], [8, 13], [31, 40]]) {
      const oldRoot = old === 0 ? other : mth(0, old);
      for (const proof of spoilt(consistencyProof(mth, old, size))) {
        assert.equal(await consistent(old, oldRoot, size, mth(0, size), proof), false, `${old} -> ${size}`);
      }
    }
  });

  it("refuses another old root or another new root", async () => {
    for (const [old, size] of [[1, 2], [4, 8], [7, 13]]) {
      const proof = consistencyProof(mth, old, size);
      assert.equal(await consistent(old, other, size, mth(0, size), proof), false);
      assert.equal(await consistent(old, mth(0, old), size, other, proof), false);
    }
  });

  it("agrees with the reference on random pairs up to 2^40 entries", async () => {
    const alike = treeOfAlike("the same");
    const random = numbersFrom(9162);
    for (let round = 0; round < 200; round++) {
      const size = 2 + random(2 ** (1 + random(40)));
      const old = 1 + random(size - 1);
      const proof = consistencyProof(alike, old, size);
      assert.equal(await consistent(old, alike(0, old), size, alike(0, size), proof), true, `${old} -> ${size}`);
      const lie = proof.with(random(proof.length), other);
      assert.equal(await consistent(old, alike(0, old), size, alike(0, size), lie), false, `${old} -> ${size}`);
    }
  });

  it("ends at the largest size there is", async () => {
    const most = 2n ** 64n - 1n;
    assert.equal(await consistent(most - 1n, other, most, other, [other]), false);
  });
});

describe("Rfc9162.includes", () => {
  it("accepts every entry of every tree up to 16 entries", async () => {
    for (let size = 1; size <= 16; size++) {
      for (let index = 0; index < size; index++) {
        const proof = inclusionProof(mth, index, size);
        assert.equal(await includes(index, mth(index, index + 1), size, mth(0, size), proof), true);
      }
    }
  });

  it("refuses a proof with a hash more, less or other", async () => {
    for (const [index, size] of [[0, 1], [0, 7], [6, 7], [12, 13], [39, 40]]) {
      for (const proof of spoilt(inclusionProof(mth, index, size))) {
        assert.equal(await includes(index, mth(index, index + 1), size, mth(0, size), proof), false);
      }
    }
  });

  it("refuses another entry, another place and a place outside the tree", async () => {
    const proof = inclusionProof(mth, 5, 13);

    assert.equal(await includes(5, other, 13, mth(0, 13), proof), false);
    assert.equal(await includes(4, mth(5, 6), 13, mth(0, 13), proof), false);
    assert.equal(await includes(0, mth(0, 1), 0, mth(0, 1), []), false);
    assert.equal(await includes(1, mth(0, 1), 1, mth(0, 1), []), false);
  });
});
