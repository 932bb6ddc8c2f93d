/** A log goes on under its next key: the contract holds the new log to the old one's tree, and closes the old one. */
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";

import { network } from "hardhat";
import { getAddress, keccak256, toHex, zeroHash } from "viem";

import { consistencyProof, treeOf } from "./merkle.js";
import { refuses } from "./refuses.js";

const { viem } = await network.create();
const [admin, publisher, stranger] = (await viem.getWalletClients()).map(({ account }) => account);
const client = await viem.getPublicClient();

const [old, next, third] = ["its first key", "its next key", "its third key"].map((name) => keccak256(toHex(name)));
const leaves = Array.from({ length: 20 }, (_, index) => `entry ${index}`);
const mth = treeOf(leaves);
const forged = treeOf(leaves.with(1, "forged"));

let contract;

const grant = async (log, account = publisher) =>
  contract.write.grantRole([await contract.read.publisherRole([log]), account.address]);
const grow = (log, from, size, tree = mth) =>
  contract.write.append([log, from, size, tree(0, size), consistencyProof(tree, from, size)], { account: publisher });
const succeed = (before, after, account = publisher) => contract.write.succeed([before, after], { account });

beforeEach(async () => {
  contract = await viem.deployContract("TraceLog", [0, admin.address]);
  for (const log of [old, next, third]) await grant(log);
});

describe("a log under its next key", () => {
  it("has the head, and the name of the log before it", async () => {
    await grow(old, 0, 7);
    await succeed(old, next);

    const { timestamp } = await client.getBlock();
    assert.deepEqual(await contract.read.head([next]), { root: mth(0, 7), size: 7n, updatedAt: timestamp });
    assert.equal(await contract.read.predecessor([next]), old);
    assert.equal(await contract.read.predecessor([old]), zeroHash);
  });

  it("is told of in the events, its own first checkpoint among them", async () => {
    await grow(old, 0, 7);
    await succeed(old, next);

    const [succeeded] = await contract.getEvents.LogSucceeded();
    const [appended] = await contract.getEvents.CheckpointAppended({ logId: next });
    assert.deepEqual(succeeded.args, { oldLogId: old, newLogId: next, size: 7n, root: mth(0, 7) });
    assert.deepEqual(appended.args, { logId: next, size: 7n, root: mth(0, 7) });
  });

  it("grows from there, and cannot be rewritten", async () => {
    await grow(old, 0, 7);
    await succeed(old, next);

    await refuses(grow(next, 0, 9, forged), "TraceLogStale", [next, 7n, 0n]);
    await refuses(grow(next, 7, 9, forged), "TraceLogRewritten", [next, 7n, 9n]);
    await grow(next, 7, 9);
    assert.equal((await contract.read.head([next])).root, mth(0, 9));
  });

  it("can be succeeded in its turn, even before it has grown", async () => {
    await grow(old, 0, 7);
    await succeed(old, next);
    await succeed(next, third);

    await grow(third, 7, 20);
    assert.deepEqual(await Promise.all([third, next].map((log) => contract.read.predecessor([log]))), [next, old]);
  });
});

describe("a log under the key before", () => {
  beforeEach(async () => {
    await grow(old, 0, 7);
    await succeed(old, next);
  });

  it("is closed, whoever is granted its role, and stays readable", async () => {
    await refuses(grow(old, 7, 9), "TraceLogSucceeded", [old]);
    await refuses(grow(old, 0, 9, forged), "TraceLogSucceeded", [old]);
    await grant(old, stranger);
    const theirs = contract.write.append([old, 7, 9, mth(0, 9), consistencyProof(mth, 7, 9)], { account: stranger });
    await refuses(theirs, "TraceLogSucceeded", [old]);

    assert.equal((await contract.read.head([old])).root, mth(0, 7));
  });

  it("has one successor", async () => {
    await refuses(succeed(old, third), "TraceLogSucceeded", [old]);
    await refuses(succeed(old, next), "TraceLogSucceeded", [old]);
  });

  it("does not come after the log that succeeded it", async () => {
    await refuses(succeed(next, old), "TraceLogNotEmpty", [old, 7n]);
  });
});

describe("a succession", () => {
  it("wants a log that holds something and one that does not", async () => {
    await refuses(succeed(old, next), "TraceLogEmpty", [old]);
    await grow(old, 0, 7);
    await refuses(succeed(old, old), "TraceLogNotEmpty", [old, 7n]);
    await grow(next, 0, 3, forged);
    await refuses(succeed(old, next), "TraceLogNotEmpty", [next, 3n]);

    assert.equal(await contract.read.predecessor([next]), zeroHash);
    await grow(old, 7, 9);
  });

  it("is for who may append to both logs", async () => {
    await grow(old, 0, 7);
    for (const [account, granted, wanted] of [[stranger, next, old], [admin, old, next]]) {
      await grant(granted, account);
      const denied = [getAddress(account.address), await contract.read.publisherRole([wanted])];
      await refuses(succeed(old, next, account), "AccessControlUnauthorizedAccount", denied);
    }
  });

  it("waits for the end of a pause", async () => {
    await grow(old, 0, 7);
    await contract.write.grantRole([await contract.read.PAUSER(), admin.address]);
    await contract.write.pause();

    await refuses(succeed(old, next), "EnforcedPause", []);
    await contract.write.unpause();
    await succeed(old, next);
  });
});
