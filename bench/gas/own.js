/** Gas of TraceLog: deployment, first checkpoint, succession, appends at three sizes. The same on every machine. */
import { keccak256, toHex } from "viem";

import { consistencyProof, numbersFrom, treeOfAlike } from "../../tests/contracts/merkle.js";

export const SIZES = [100, 1_000_000, 1_000_000_000];

const mth = treeOfAlike("the same");

/** Measures appends to logs of a contract that it deploys. */
export async function appends(viem) {
  const [{ account }] = await viem.getWalletClients();
  const { contract, deploymentTransaction } = await viem.sendDeploymentTransaction("TraceLog", [0, account.address]);
  const gasOf = gasIn(await viem.getPublicClient());
  let logs = 0;

  /** An id that is the same in every run, since zero bytes in the calldata cost less, and our right to append to it. */
  async function newLog() {
    const log = keccak256(toHex(`log ${logs++}`));
    await contract.write.grantRole([await contract.read.publisherRole([log]), account.address]);
    return log;
  }

  return {
    deployment: await gasOf(deploymentTransaction.hash),
    first: async () => gasOf(await contract.write.append([await newLog(), 0, 1, mth(0, 1), []])),
    succession: async () => {
      const [old, next] = [await newLog(), await newLog()];
      await contract.write.append([old, 0, 1, mth(0, 1), []]);
      return gasOf(await contract.write.succeed([old, next]));
    },
    from: async (old, size) => {
      const log = await newLog();
      await contract.write.append([log, 0, old, mth(0, old), []]);
      return gasOf(await contract.write.append([log, old, size, mth(0, size), consistencyProof(mth, old, size)]));
    },
  };
}

/** Rows of [what, entries, gas]. */
export async function measureOwn(viem) {
  const { deployment, first, succession, from } = await appends(viem);
  const rows = [
    ["deployment", "", deployment],
    ["first checkpoint", 1, await first()],
    ["the next key takes over", "", await succession()],
  ];
  for (const size of SIZES) {
    const gas = [];
    for (const old of dearOldSizes(size)) gas.push(await from(old, size));
    rows.push(["one new entry", size, gas[0]], ["worst old size", size, Math.max(...gas)]);
  }
  return rows;
}

export const gasIn = (client) => async (hash) => Number((await client.waitForTransactionReceipt({ hash })).gasUsed);

/**
 * One less than `size`; the old sizes whose proofs need the most hashes; some others in case this reasoning is wrong.
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
