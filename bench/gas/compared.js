/** Gas a record, side by side: one hash stored a record, the contracts of EAS, and TraceLog. */
import { createRequire } from "node:module";

import { keccak256, toHex, zeroAddress, zeroHash } from "viem";

import { appends, gasIn } from "./own.js";

const MANY = 100;
const require = createRequire(import.meta.url);
/** As EAS publishes them, compiled. */
const eas = (name) =>
  require(`@ethereum-attestation-service/eas-contracts/artifacts/contracts/${name}.sol/${name}.json`);

const hash = (text) => keccak256(toHex(text));
const many = (name) => Array.from({ length: MANY }, (_, index) => hash(`${name} ${index}`));

/** Rows of [what, records, gas]. */
export async function measureCompared(viem) {
  return [...(await hashPerRecord(viem)), ...(await attestations(viem)), ...(await anchors(viem))];
}

async function hashPerRecord(viem) {
  const gasOf = gasIn(await viem.getPublicClient());
  const { write } = await viem.deployContract("HashPerRecord");
  return [
    ["one hash stored a record", 1, await gasOf(await write.store([hash("record"), hash("its hash")]))],
    ["the same, many a transaction", MANY, await gasOf(await write.storeMany([many("record"), many("hash")]))],
  ];
}

async function attestations(viem) {
  const client = await viem.getPublicClient();
  const [wallet] = await viem.getWalletClients();
  const gasOf = gasIn(client);

  async function deploy(name, args) {
    const sent = await wallet.deployContract({ ...eas(name), args });
    const { contractAddress } = await client.waitForTransactionReceipt({ hash: sent });
    const call = (functionName, ...given) =>
      wallet.writeContract({ address: contractAddress, abi: eas(name).abi, functionName, args: given });
    return { contractAddress, call };
  }

  const registry = await deploy("SchemaRegistry", []);
  const { call } = await deploy("EAS", [registry.contractAddress]);
  await registry.call("register", "bytes32 hash", zeroAddress, true);
  const [{ args }] = await client.getContractEvents({
    address: registry.contractAddress,
    abi: eas("SchemaRegistry").abi,
    eventName: "Registered",
  });
  const schema = args.uid;
  const data = (of) => ({
    recipient: zeroAddress, expirationTime: 0n, revocable: true, refUID: zeroHash, data: of, value: 0n,
  });
  await call("attest", { schema, data: data(hash("the first, which costs more")) });
  return [
    ["EAS timestamp", 1, await gasOf(await call("timestamp", hash("record")))],
    ["EAS multiTimestamp", MANY, await gasOf(await call("multiTimestamp", many("stamped")))],
    ["EAS attest", 1, await gasOf(await call("attest", { schema, data: data(hash("attested")) }))],
    ["EAS multiAttest", MANY, await gasOf(await call("multiAttest", [{ schema, data: many("attested").map(data) }]))],
  ];
}

async function anchors(viem) {
  const { from } = await appends(viem);
  const row = async (records, size) => [
    `TraceLog, log of ${size.toLocaleString("en")}`, records, await from(size - records, size),
  ];
  return [
    await row(1, 100),
    await row(100, 1_000_000),
    await row(10_000, 1_000_000),
    await row(1_000_000, 1_000_000_000),
  ];
}
