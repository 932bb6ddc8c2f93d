/** Keys and logs that take the place of others: a log's sender, the administrator, a log that is stuck. */
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";

import { network } from "hardhat";
import { getAddress, keccak256, toHex, zeroAddress, zeroHash } from "viem";

import { consistencyProof, inclusionProof, leafHash, treeOf } from "./merkle.js";
import { refuses } from "./refuses.js";

const DELAY_S = 86_400;

const { viem } = await network.create();
const [admin, publisher, successor, nextAdmin] = (await viem.getWalletClients()).map(({ account }) => account);
const client = await viem.getPublicClient();
const clock = await viem.getTestClient();

const log = keccak256(toHex("a log"));
const mth = treeOf(Array.from({ length: 40 }, (_, index) => `entry ${index}`));
const root = (size) => mth(0, size);

let contract, role;

beforeEach(async () => {
  contract = await viem.deployContract("TraceLog", [DELAY_S, admin.address]);
  role = await contract.read.publisherRole([log]);
  await contract.write.grantRole([role, publisher.address]);
});

const grow = (account, from, size) =>
  contract.write.append([log, from, size, root(size), consistencyProof(mth, from, size)], { account });
const unauthorized = (account, wanted) => ["AccessControlUnauthorizedAccount", [getAddress(account.address), wanted]];

describe("the key that sends for a log", () => {
  it("is replaced without a pause: grant, switch, revoke", async () => {
    await grow(publisher, 0, 3);
    await contract.write.grantRole([role, successor.address]);
    await grow(publisher, 3, 7);
    await grow(successor, 7, 13);
    await contract.write.revokeRole([role, publisher.address]);

    await refuses(grow(publisher, 13, 20), ...unauthorized(publisher, role));
    await grow(successor, 13, 20);
    assert.equal((await contract.read.head([log])).size, 20n);
  });

  it("cannot replace itself, but can give itself up", async () => {
    await refuses(
      contract.write.grantRole([role, successor.address], { account: publisher }),
      ...unauthorized(publisher, zeroHash),
    );
    await contract.write.renounceRole([role, publisher.address], { account: publisher });

    await refuses(grow(publisher, 0, 3), ...unauthorized(publisher, role));
  });

  it("that was stolen loses a race only against the same history", async () => {
    await grow(publisher, 0, 3);
    const forged = treeOf(Array.from({ length: 40 }, (_, index) => `forged ${index}`));
    const theft = [log, 3, 9, forged(0, 9), consistencyProof(forged, 3, 9)];

    await refuses(contract.write.append(theft, { account: publisher }), "TraceLogRewritten", [log, 3n, 9n]);
  });
});

describe("the administrator", () => {
  const accept = (account = nextAdmin) => contract.write.acceptDefaultAdminTransfer({ account });

  it("hands over in two steps, the second after the delay", async () => {
    await contract.write.beginDefaultAdminTransfer([nextAdmin.address]);
    const [named, schedule] = await contract.read.pendingDefaultAdmin();
    assert.equal(named, getAddress(nextAdmin.address));
    assert.equal(BigInt(schedule), (await client.getBlock()).timestamp + BigInt(DELAY_S));

    await refuses(accept(), "AccessControlEnforcedDefaultAdminDelay", [schedule]);
    await clock.increaseTime({ seconds: DELAY_S + 1 });
    await accept();

    const grant = (account) => contract.write.grantRole([role, successor.address], { account });
    await refuses(grant(admin), ...unauthorized(admin, zeroHash));
    await grant(nextAdmin);
    await grow(successor, 0, 3);
  });

  it("stays the same when somebody else accepts, or when it takes the step back", async () => {
    await contract.write.beginDefaultAdminTransfer([nextAdmin.address]);
    await clock.increaseTime({ seconds: DELAY_S + 1 });
    await refuses(accept(publisher), "AccessControlInvalidDefaultAdmin", [getAddress(publisher.address)]);
    await contract.write.cancelDefaultAdminTransfer();

    await refuses(accept(), "AccessControlInvalidDefaultAdmin", [getAddress(nextAdmin.address)]);
    assert.equal(await contract.read.defaultAdmin(), getAddress(admin.address));
  });

  it("cannot be granted past the delay", async () => {
    await refuses(contract.write.grantRole([zeroHash, nextAdmin.address]), "AccessControlEnforcedDefaultAdminRules", []);
  });

  it("can leave for good, after the delay; the publishers go on", async () => {
    await contract.write.beginDefaultAdminTransfer([zeroAddress]);
    await clock.increaseTime({ seconds: DELAY_S + 1 });
    await contract.write.renounceRole([zeroHash, admin.address]);

    assert.equal(await contract.read.defaultAdmin(), zeroAddress);
    await grow(publisher, 0, 3);
  });

  it("changes nothing that is held, on either side of the hand-over", async () => {
    await grow(publisher, 0, 3);
    await contract.write.beginDefaultAdminTransfer([nextAdmin.address]);
    await clock.increaseTime({ seconds: DELAY_S + 1 });
    await accept();

    assert.equal((await contract.read.head([log])).root, root(3));
    await grow(publisher, 3, 7);
  });
});

describe("a log in the place of one that is stuck", () => {
  const next = keccak256(toHex("the log after that"));

  it("begins at size 0 and takes any size at once, while the old one stays readable", async () => {
    await grow(publisher, 0, 20);
    const again = Array.from({ length: 39 }, (_, index) => `entry ${index}`);
    const whole = treeOf(["the last good checkpoint of the old log", ...again]);
    await contract.write.grantRole([await contract.read.publisherRole([next]), successor.address]);
    await contract.write.append([next, 0, 40, whole(0, 40), []], { account: successor });

    assert.deepEqual(
      [(await contract.read.head([next])).size, (await contract.read.head([log])).size],
      [40n, 20n],
    );
    assert.equal(await contract.read.verifyInclusion([next, 0n, whole(0, 1), inclusionProof(whole, 0, 40)]), true);
    assert.equal(await contract.read.verifyInclusion([log, 0n, mth(0, 1), inclusionProof(mth, 0, 20)]), true);
  });

  it("wants a publisher of its own", async () => {
    const wanted = await contract.read.publisherRole([next]);
    const begin = contract.write.append([next, 0, 1, leafHash("first"), []], { account: publisher });

    await refuses(begin, ...unauthorized(publisher, wanted));
  });

  it("may be as large as there is", async () => {
    await contract.write.append([log, 0, 2n ** 64n - 1n, root(3), []], { account: publisher });

    const more = contract.write.append([log, 2n ** 64n - 1n, 1, root(3), []], { account: publisher });
    await refuses(more, "TraceLogNotGrowing", [log, 2n ** 64n - 1n, 1n]);
  });
});
