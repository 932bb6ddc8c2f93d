// Whether the contract holds a checkpoint, as enough chain endpoints say by JSON-RPC.

import { digest, failed, hex, pad, toBytes, unchecked, utf8 } from "./bytes.js";

// keccak256("CheckpointAppended(bytes32,uint64,bytes32)"), the event's topic; the start of keccak256("head(bytes32)"),
// and of keccak256("predecessor(bytes32)").
const APPENDED = "0x74064a4a18b88b14127ec79351bfa9c20a425d9bc6ac2fea1679b76433a44663";
const HEAD = "0xf339e3b2";
const PREDECESSOR = "0xe7d4948d";
const TIMEOUT_MS = 10000;

// However one host is spelt, it has one name; so has all that may be loopback, which is any IPv6 address too.
const nameOf = (url) => new URL(url).host.replace(/\.?(:80|:443)?$|\.(?=:)|^(.*localhost|127|0|\[).*/, "");

// One endpoint, that is asked each thing once: the proofs of a trace share their anchors.
export const openChain = (url, fetch) => {
  const answers = {};
  const call = async (body) => {
    const headers = { "Content-Type": "application/json" };
    const response = await fetch(url, {
      method: "POST",
      headers,
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return (await response.json()).result;
  };
  const ask = (method, ...params) => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    return (answers[body] ??= call(body));
  };
  return [nameOf(url), ask];
};

const idOf = async ({ name, key }) => {
  const origin = utf8(name);
  return "0x" + hex(await digest("log-id", toBytes(origin.length, 2) + origin + key));
};

const newest = (finality) =>
  isNaN(finality) ? ["eth_getBlockByNumber", "finalized", false] : ["eth_blockNumber"];

const usual = ({ transaction, block_number }, finality) => [
  ["eth_chainId"],
  ["eth_getTransactionReceipt", transaction],
  ["eth_getBlockByNumber", "0x" + pad(block_number, 16, 1), false],
  newest(finality),
];

// The time of the block that holds what the anchor says, in ISO 8601. Who said what stays in `proof.chain`.
export const checkAnchor = async (proof, policy, chains) => {
  const { anchor: claim, tlog, log } = proof;
  const { size, root } = tlog;
  log || unchecked("no checkpoint");
  const { chain, contract, finality, agree = 2 } = policy;
  chain || unchecked("names no chain");
  const log_id = await idOf(log);
  const ids = await Promise.all(policy.log.filter(({ name }) => name === log.name).map(idOf));
  const wanted = { chain_id: +chain, contract, log_id, size: Number(size), root: "0x" + hex(root) };
  for (const what in claim && wanted)
    claim[what] === wanted[what] || failed(`${what} ${claim[what]}, want ${wanted[what]}`);
  const sizeWord = "0x" + pad(size, 16, 64);
  const appended = sizeWord + hex(root);

  const heldSince = async (ask) => {
    // All that is asked where nothing is odd, at once: each would be a way to the chain and back.
    for (const question of claim ? usual(claim, finality) : []) ask(...question).catch(() => {});
    const call = (selector, id) => ask("eth_call", { to: contract, data: selector + id.slice(2) }, "latest");
    const id = +(await ask("eth_chainId"));
    id === +chain || unchecked(`this is chain ${id}`);
    let held;
    let time = 1;
    if (claim) {
      const { transaction, block_number, block_hash } = claim;
      const receipt = await ask("eth_getTransactionReceipt", transaction);
      receipt || unchecked("is not on the chain");
      // Whether the block stays comes first: what a block says that may still vanish proves nothing, either way.
      const { blockNumber, blockHash, status, logs } = receipt;
      const block = await ask("eth_getBlockByNumber", blockNumber, false);
      block?.hash === blockHash || unchecked("no longer on the chain");
      const head = await ask(...newest(finality));
      const last = isNaN(finality) ? head?.number : head - finality;
      +blockNumber <= +last || unchecked("not final");
      (+blockNumber === block_number && blockHash === block_hash) || unchecked("not where the proof says");
      +status || failed("anchored nothing");
      time = new Date(block.timestamp * 1000).toISOString();
      held = logs
        .filter(
          ({ address, topics }) =>
            address.toLowerCase() === contract && `${topics}` === `${APPENDED},${log_id}`,
        )
        .map(({ data }) => data);
    } else {
      // Without an anchor there is one lie left to catch.
      const head = await call(HEAD, log_id);
      held = [`0x${head.slice(66, 130)}${head.slice(2, 66)}`];
    }
    for (const each of held)
      each.startsWith(sizeWord) && each !== appended && failed(`two histories: ${each}, ${appended}`);
    claim && !held.includes(appended) && failed("anchored nothing");
    // Under each of its keys the log took over what it had under the one before; a key that holds nothing is passed over.
    let before;
    for (const id of ids[1] ? ids : []) {
      if (!BigInt("0x" + (await call(HEAD, id)).slice(66, 130))) continue;
      before && (await call(PREDECESSOR, id)) !== before && failed("two histories");
      before = id;
    }
    return time;
  };

  // What as many endpoints as the policy wants answer alike, if none says otherwise.
  const [confirmed, refuted, silent] = (proof.chain = [{}, {}, {}]);
  const answers = await Promise.allSettled(chains.map(([, ask]) => heldSince(ask)));
  for (const [at, { value, reason }] of answers.entries())
    (value ? confirmed : reason.outcome === "failed" ? refuted : silent)[chains[at][0]] = value ?? reason.message;
  const [yes, no] = [confirmed, refuted].map(Object.values);
  const said = `${claim ? yes.length : "not yet anchored; 0"} of ${chains.length} endpoints confirm it ${JSON.stringify({ ...refuted, ...silent })}`;
  ((yes[0] && no[0]) || new Set(yes).size > 1) && unchecked("endpoints disagree");
  no.length < agree || failed(no[0]);
  return claim && yes.length >= agree ? yes[0] : unchecked(said);
};
