/** What TraceLog accepts, what it refuses, and who may ask. */
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";

import { network } from "hardhat";
import { encodeAbiParameters, getAddress, keccak256, toHex, zeroHash } from "viem";

import { consistencyProof, inclusionProof, leafHash, treeOf } from "./merkle.js";
import { refuses } from "./refuses.js";

const { viem } = await network.create();
const [admin, publisher, pauser, stranger] = await viem.getWalletClients();
const client = await viem.getPublicClient();
const clock = await viem.getTestClient();

const log = keccak256(toHex("a log"));
const otherLog = keccak256(toHex("another log"));
const mth = treeOf(Array.from({ length: 20 }, (_, index) => `entry ${index}`));
const root = (size) => mth(0, size);
const nobody = leafHash("never appended");

let contract;

beforeEach(async () => {
  contract = await viem.deployContract("TraceLog", [86_400, admin.account.address]);
  await contract.write.grantRole([await contract.read.publisherRole([log]), publisher.account.address]);
  await contract.write.grantRole([await contract.read.PAUSER(), pauser.account.address]);
});

const append = (args, account = publisher.account) => contract.write.append(args, { account });

/** Append honestly from the size held to `size`. */
const grow = (from, size) => append([log, from, size, root(size), consistencyProof(mth, from, size)]);

describe("append", () => {
  it("keeps the newest head and its block's time", async () => {
    await grow(0, 3);
    await grow(3, 7);

    const { timestamp } = await client.getBlock();
    assert.deepEqual(await contract.read.head([log]), { root: root(7), size: 7n, updatedAt: timestamp });
  });

  it("leaves every checkpoint in the events", async () => {
    await grow(0, 1);
    await grow(1, 2);
    await grow(2, 19);

    const events = await contract.getEvents.CheckpointAppended({ logId: log }, { fromBlock: 0n });
    assert.deepEqual(
      events.map(({ args }) => args),
      [1, 2, 19].map((size) => ({ logId: log, size: BigInt(size), root: root(size) })),
    );
  });

  it("refuses a size that the contract does not hold", async () => {
    await grow(0, 3);

    await refuses(grow(0, 4), "TraceLogStale", [log, 3n, 0n]);
    await refuses(grow(2, 4), "TraceLogStale", [log, 3n, 2n]);
  });

  it("refuses to stand still or shrink", async () => {
    await refuses(append([log, 0, 0, zeroHash, []]), "TraceLogNotGrowing", [log, 0n, 0n]);
    await grow(0, 3);

    await refuses(append([log, 3, 3, root(3), []]), "TraceLogNotGrowing", [log, 3n, 3n]);
    await refuses(append([log, 3, 2, root(2), []]), "TraceLogNotGrowing", [log, 3n, 2n]);
  });

  it("refuses a history that was rewritten", async () => {
    const rewritten = treeOf(Array.from({ length: 20 }, (_, index) => `entry ${index === 1 ? "forged" : index}`));
    await grow(0, 3);

    for (const lie of [consistencyProof(rewritten, 3, 7), consistencyProof(mth, 3, 7), []]) {
      await refuses(append([log, 3, 7, rewritten(0, 7), lie]), "TraceLogRewritten", [log, 3n, 7n]);
    }
    assert.equal((await contract.read.head([log])).root, root(3));
  });

  it("refuses a proof where there is nothing to prove", async () => {
    await refuses(append([log, 0, 3, root(3), [nobody]]), "TraceLogRewritten", [log, 0n, 3n]);
  });
});

describe("publishers", () => {
  it("have a role for one log, made as documented", async () => {
    const role = keccak256(encodeAbiParameters([{ type: "bytes32" }, { type: "bytes32" }], [keccak256(toHex("PUBLISHER")), log]));

    assert.equal(await contract.read.publisherRole([log]), role);
  });

  it("cannot write another log", async () => {
    await refuses(append([otherLog, 0, 3, root(3), []]), "AccessControlUnauthorizedAccount", [
      getAddress(publisher.account.address),
      await contract.read.publisherRole([otherLog]),
    ]);
  });

  it("do not include strangers, pausers or the administrator", async () => {
    const role = await contract.read.publisherRole([log]);
    for (const { account } of [stranger, pauser, admin]) {
      await refuses(append([log, 0, 3, root(3), []], account), "AccessControlUnauthorizedAccount", [
        getAddress(account.address),
        role,
      ]);
    }
  });

  it("lose the log when the administrator revokes them", async () => {
    const role = await contract.read.publisherRole([log]);
    await contract.write.revokeRole([role, publisher.account.address]);

    await refuses(grow(0, 3), "AccessControlUnauthorizedAccount", [getAddress(publisher.account.address), role]);
  });
});

describe("pausing", () => {
  const asPauser = { account: pauser.account };

  it("stops appends and leaves what is held readable", async () => {
    await grow(0, 3);
    await contract.write.pause(asPauser);

    await refuses(grow(3, 7), "EnforcedPause", []);
    assert.equal((await contract.read.head([log])).root, root(3));
    assert.equal(await contract.read.verifyInclusion([log, 1n, mth(1, 2), inclusionProof(mth, 1, 3)]), true);
  });

  it("ends with unpause", async () => {
    await contract.write.pause(asPauser);
    await contract.write.unpause(asPauser);
    await grow(0, 3);

    assert.equal((await contract.read.head([log])).size, 3n);
  });

  it("is for pausers alone", async () => {
    const role = await contract.read.PAUSER();
    for (const { account } of [admin, publisher]) {
      const refusal = [getAddress(account.address), role];
      await refuses(contract.write.pause({ account }), "AccessControlUnauthorizedAccount", refusal);
      await refuses(contract.write.unpause({ account }), "AccessControlUnauthorizedAccount", refusal);
    }
  });
});

describe("the administrator", () => {
  it("changes only after the delay", async () => {
    await contract.write.beginDefaultAdminTransfer([stranger.account.address]);
    const accept = () => contract.write.acceptDefaultAdminTransfer({ account: stranger.account });

    await assert.rejects(accept(), /AccessControlEnforcedDefaultAdminDelay/);
    await clock.increaseTime({ seconds: 86_401 });
    await accept();

    assert.equal(await contract.read.defaultAdmin(), getAddress(stranger.account.address));
  });

  it("alone grants roles", async () => {
    const role = await contract.read.publisherRole([log]);

    await refuses(
      contract.write.grantRole([role, publisher.account.address], { account: publisher.account }),
      "AccessControlUnauthorizedAccount",
      [getAddress(publisher.account.address), zeroHash],
    );
  });
});

describe("verifyInclusion", () => {
  it("answers for the newest tree alone", async () => {
    await grow(0, 3);
    await grow(3, 7);

    assert.equal(await contract.read.verifyInclusion([log, 5n, mth(5, 6), inclusionProof(mth, 5, 7)]), true);
    assert.equal(await contract.read.verifyInclusion([log, 1n, mth(1, 2), inclusionProof(mth, 1, 3)]), false);
    assert.equal(await contract.read.verifyInclusion([log, 5n, nobody, inclusionProof(mth, 5, 7)]), false);
  });

  it("finds nothing in a log that holds nothing", async () => {
    assert.equal(await contract.read.verifyInclusion([otherLog, 0n, zeroHash, []]), false);
    assert.deepEqual(await contract.read.head([otherLog]), { root: zeroHash, size: 0n, updatedAt: 0n });
  });
});
