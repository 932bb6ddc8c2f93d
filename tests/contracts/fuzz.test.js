/**
 * Random lives of several logs, honest and lying, beside a model. Seeded: a failure names the seed that repeats it.
 *
 * GUOJI_TEST_ROUNDS says how many lives: few in `make test`, many in `make soak`.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { network } from "hardhat";
import { encodeAbiParameters, keccak256, toHex } from "viem";

import { consistencyProof, inclusionProof, leafHash, numbersFrom, treeOf } from "./merkle.js";
import { Model } from "./model.js";
import { refuses } from "./refuses.js";

const LIVES = Number(process.env.GUOJI_TEST_ROUNDS ?? 3);
const STEPS = 150;
const ENTRIES = 300;
const OTHER = leafHash("an entry that is not there");
const PUBLISHER = keccak256(toHex("PUBLISHER"));

const { viem } = await network.create();
const wallets = await viem.getWalletClients();
const client = await viem.getPublicClient();
const clock = await viem.getTestClient();
const admin = wallets[0].account;

const logs = ["apples", "cherries", "pears", "plums", "quinces", "grapes"].map((name) => ({
  id: keccak256(toHex(name)),
  mth: treeOf(Array.from({ length: ENTRIES }, (_, index) => `${name} ${index}`)),
  rewritten: treeOf(Array.from({ length: ENTRIES }, (_, index) => `${name} ${index === 0 ? "forged" : index}`)),
}));
const roleOf = (log) => keccak256(encodeAbiParameters([{ type: "bytes32" }, { type: "bytes32" }], [PUBLISHER, log]));

/** One contract, its model, and the dice. */
class Life {
  constructor(contract, seed) {
    Object.assign(this, { contract, model: new Model(roleOf), random: numbersFrom(seed) });
    this.logs = logs.map((log) => ({ ...log }));
  }

  pick(list) {
    return list[this.random(list.length)];
  }

  anyone() {
    return this.pick(wallets.slice(0, 5)).account;
  }

  /** Mostly somebody who may append to all of these logs. */
  senderTo(...logs) {
    const may = wallets.filter(({ account }) => logs.every(({ id }) => this.model.may(account.address, id)));
    return this.random(5) && may.length ? this.pick(may).account : this.anyone();
  }

  /** What an honest publisher would send now. */
  honest({ id, mth }) {
    const held = Number(this.model.head(id).size);
    const size = Math.min(ENTRIES, held + 1 + this.random(this.pick([1, 4, 40])));
    return [id, BigInt(held), BigInt(size), mth(0, size), consistencyProof(mth, held, size)];
  }

  /** The same with one thing about it untrue. */
  lie(log) {
    const [id, old, size, root, proof] = this.honest(log);
    const place = this.random(proof.length + 1);
    const wrong = BigInt(1 + this.random(Number(size) * 2));
    return this.pick([
      [id, old + 1n, size + 1n, root, proof],
      [id, wrong, size, root, proof],
      [id, old, wrong, root, proof],
      [id, old, old, root, proof],
      [id, old, 2n ** 64n - 1n, root, proof],
      [id, old, size, OTHER, proof],
      [id, old, size, log.mth(0, Math.max(1, Number(old))), proof],
      [id, old, size, log.rewritten(0, Number(size)), proof],
      [id, old, size, log.rewritten(0, Number(size)), consistencyProof(log.rewritten, Number(old), Number(size))],
      [id, old, size, root, proof.toSpliced(place, 0, OTHER)],
      [id, old, size, root, proof.toSpliced(place, 1)],
      [id, old, size, root, proof.toSpliced(place, 1, OTHER)],
      [id, old, size, root, proof.toReversed()],
      [this.pick(this.logs).id, old, size, root, proof],
    ]);
  }

  async append(account, args) {
    const refusal = this.model.refusal(account.address, args);
    if (refusal) return refuses(this.contract.write.append(args, { account }), ...refusal);

    // A root does not commit to its size, so the RFC's own check takes some lies about it. They are only tried.
    await this.contract.simulate.append(args, { account });
    const [id, , size, root] = args;
    if (size > ENTRIES || root !== this.logs.find((log) => log.id === id).mth(0, Number(size))) return;
    await this.contract.write.append(args, { account });
    this.model.append(args, (await client.getBlock()).timestamp);
  }

  /** Mostly a log that holds something, and one that does not. */
  pair() {
    const [full, empty] = [true, false].map((holds) =>
      this.logs.filter(({ id }) => (this.model.head(id).size > 0n) === holds));
    return this.random(4) && full.length && empty.length
      ? [this.pick(full), this.pick(empty)]
      : [this.pick(this.logs), this.pick(this.logs)];
  }

  async succeed([old, next]) {
    const [account, args] = [this.senderTo(old, next), [old.id, next.id]];
    const refusal = this.model.refusalToSucceed(account.address, args);
    if (refusal) return refuses(this.contract.write.succeed(args, { account }), ...refusal);

    await this.contract.write.succeed(args, { account });
    this.model.succeed(args, (await client.getBlock()).timestamp);
    Object.assign(next, { mth: old.mth, rewritten: old.rewritten });
  }

  async changeRole() {
    const [account, { id }] = [this.anyone(), this.pick(this.logs)];
    const grants = this.random(3) > 0;
    await this.contract.write[grants ? "grantRole" : "revokeRole"]([roleOf(id), account.address]);
    this.model[grants ? "grant" : "revoke"](account.address, id);
  }

  async changePause() {
    await this.contract.write[this.model.paused ? "unpause" : "pause"]();
    this.model.paused = !this.model.paused;
  }

  async step() {
    const log = this.pick(this.logs);
    const dice = this.random(20);
    if (dice < 3) await this.changeRole();
    else if (dice === 3 || (dice < 8 && this.model.paused)) await this.changePause();
    else if (dice === 4) await clock.increaseTime({ seconds: this.random(100_000) });
    else if (dice < 8) await this.succeed(this.pair());
    else await this.append(this.senderTo(log), dice < 13 ? this.honest(log) : this.lie(log));
  }

  /** Each head is the model's, so its size never shrank and its time never went back; what it covers is provable. */
  async check({ id, mth }) {
    const head = this.model.head(id);
    assert.deepEqual(await this.contract.read.head([id]), head);
    assert.equal(await this.contract.read.predecessor([id]), this.model.predecessor(id));
    if (head.size === 0n) return;

    const [size, index] = [Number(head.size), this.random(Number(head.size))];
    assert.equal(head.root, mth(0, size));
    const proof = inclusionProof(mth, index, size);
    const includes = (leaf, path) => this.contract.read.verifyInclusion([id, BigInt(index), leaf, path]);
    assert.equal(await includes(mth(index, index + 1), proof), true);
    assert.equal(await includes(OTHER, proof), false);
    assert.equal(await includes(mth(index, index + 1), [...proof, OTHER]), false);
  }

  async checkHistory({ id }) {
    const events = await this.contract.getEvents.CheckpointAppended({ logId: id }, { fromBlock: 0n });
    const blocks = await Promise.all(events.map(({ blockNumber }) => client.getBlock({ blockNumber })));
    const told = events.map(({ args: { logId: log, size, root } }, at) => {
      return { log, size, root, updatedAt: blocks[at].timestamp };
    });
    assert.deepEqual(told, this.model.history.filter((each) => each.log === id));
    for (const [at, before] of told.slice(0, -1).entries()) {
      assert.ok(told[at + 1].size > before.size && told[at + 1].updatedAt >= before.updatedAt, "history goes one way");
    }
  }
}

async function born(seed) {
  const contract = await viem.deployContract("TraceLog", [0, admin.address]);
  await contract.write.grantRole([await contract.read.PAUSER(), admin.address]);
  const life = new Life(contract, seed);
  const { address } = wallets[1].account;
  for (const { id } of logs) {
    await contract.write.grantRole([roleOf(id), address]);
    life.model.grant(address, id);
  }
  return life;
}

describe("a random life of six logs", () => {
  let successions = 0;

  for (let seed = 1; seed <= LIVES; seed++) {
    it(`goes as the model says, step by step (seed ${seed})`, async () => {
      const life = await born(seed);
      for (let step = 0; step < STEPS; step++) {
        await life.step();
        for (const log of life.logs) await life.check(log);
      }
      for (const log of life.logs) await life.checkHistory(log);
      assert.ok(life.model.history.length > 0, "no append was taken");
      successions += life.model.predecessors.size;
    });
  }

  it("has some of them take over others", () => assert.ok(successions >= LIVES, `${successions} successions`));
});
