// Runs the browser's verifier on jobs: in node, which reads them from stdin as JSON, and in a page, which imports this.

import { isShownAs, textsOf } from "../../api/check_page/said.js";
import { verify } from "../../api/static/verify.js";
import { airedOf, judged, momentOf } from "../../api/verify_page/aired.js";
import { parse } from "../../api/verifier/json.js";
import { checkMap } from "../../api/verifier/complete.js";
import { sha256 } from "../../api/verifier/sha256.js";
import { checkInclusion } from "../../api/verifier/tree.js";

// One job is a proof file (base64 of its bytes), a trust policy, what the chains of a vector answer, and goods.
export async function check({ file, policy, chains, asked }) {
  const bytes = new Uint8Array(await (await fetch(`data:;base64,${file}`)).arrayBuffer());
  const endpoints = chains.map(({ name }, i) => `http://${name}/${i}`);
  try {
    return await verify(bytes, policy, { endpoints, asked, fetch: recorded(chains) });
  } catch (error) {
    return { error: error.message };
  }
}

// As `check`, of a chain that answers nothing before it was asked for all its receipts. If none is asked for while another
// is waited for, node has nothing left to do and ends without a result.
export async function checkAtOnce({ file, policy, chains, asked }) {
  const answer = recorded(chains);
  const missing = new Set(Object.keys(chains[0].receipts));
  let open;
  const opened = new Promise((resolve) => (open = resolve));
  const post = async (url, init) => {
    const { method, params } = JSON.parse(init.body);
    if (method === "eth_getTransactionReceipt") missing.delete(params[0]);
    if (!missing.size) open();
    await opened;
    return answer(url, init);
  };
  const bytes = new Uint8Array(Buffer.from(file, "base64"));
  return verify(bytes, policy, { endpoints: ["http://chain/0"], asked, fetch: post });
}

// Of "predecessor(bytes32)"; the other call is "head(bytes32)".
const PREDECESSOR = "0xe7d4948d";
const quantity = (number) => `0x${number.toString(16)}`;

// A `fetch` that answers by JSON-RPC what a vector says.
function recorded(chains) {
  return async (url, { body }) => {
    const chain = chains[new URL(url).pathname.slice(1)];
    if (chain.away) throw new TypeError("Failed to fetch");
    const { method, params } = JSON.parse(body);
    const result = ANSWERS[method](chain, params) ?? null;
    return { ok: true, json: async () => ({ jsonrpc: "2.0", id: 1, result, via: chain.via }) };
  };
}

const ANSWERS = {
  eth_chainId: (chain) => quantity(chain.chain_id),
  eth_blockNumber: (chain) => quantity(chain.finalized + 2),
  eth_getBlockByNumber: (chain, [number]) => {
    if (number === "finalized") return { number: quantity(chain.finalized) };
    const block = chain.blocks[Number(number)];
    return block && { hash: block.hash, timestamp: quantity(block.mined_at_s) };
  },
  eth_getTransactionReceipt: (chain, [transaction]) => {
    const receipt = chain.receipts[transaction];
    if (!receipt) return null;
    const logs = receipt.events.map(({ address, topics, data }) => ({
      address,
      topics: topics.map((topic) => `0x${topic}`),
      data: `0x${data}`,
    }));
    const [blockNumber, status] = [receipt.block_number, Number(receipt.succeeded)].map(quantity);
    return { status, blockNumber, blockHash: receipt.block_hash, logs };
  },
  eth_call: (chain, [{ data }]) => {
    const [selector, id] = [data.slice(0, 10), data.slice(10)];
    if (selector === PREDECESSOR) return `0x${chain.predecessors?.[id] ?? "0".repeat(64)}`;
    const { root, size } = chain.heads?.[id] ?? chain.head;
    return `0x${root}${size.toString(16).padStart(64, "0")}${"0".repeat(64)}`;
  },
};

const bytesOf = (hex) => hex.replace(/../g, (pair) => String.fromCharCode(`0x${pair}`));

// Of an on-air record and a moment, a text of RFC 3339: the verdict then, and what was on air.
export async function checkAired({ at, ...job }) {
  const report = await check(job);
  if (report.error) return report;
  const file = parse(atobOf(job.file));
  const events = (file.proofs ?? [file]).map(({ event }) => event);
  const aired = momentOf(airedOf(events, report.events ?? [report], report.subject, true), Date.parse(at));
  return { ...judged(report, aired, job.policy !== null), onAir: aired.onAir };
}

// What is untrue of the segments of a file, as the text of its JSON; its events are as they were recorded.
export const lieOf = (file) => {
  const events = parse(file).proofs.map(({ event }) => event);
  return airedOf(events, events.map(() => ({ verdict: "verified" }))).lie ?? null;
};

const atobOf = (text) => new TextDecoder().decode(Uint8Array.from(atob(text), (byte) => byte.charCodeAt()));

// Whether a check that says what is untrue has nothing to say.
async function holds(checking) {
  try {
    await checking();
    return { valid: true };
  } catch (error) {
    if (error.outcome !== "failed") throw error;
    return { valid: false };
  }
}

// Of a vector about inclusion, as its text: JSON.parse would round its numbers.
export function checkLog(text) {
  const { leaf_hash, proof, root } = JSON.parse(text);
  const [index, size] = ["index", "size"].map((name) => BigInt(text.match(`"${name}": (-?\\d+)`)[1]));
  return holds(() => checkInclusion(index, size, bytesOf(leaf_hash), proof.map(bytesOf), bytesOf(root)));
}

export function checkNames({ name, entries, siblings, other, root }) {
  const end = other && { key: bytesOf(other.key), count: other.count, chain: bytesOf(other.chain) };
  return holds(() => checkMap(name, entries.map(bytesOf), siblings.map(bytesOf), end, bytesOf(root)));
}

export async function checkBatch({ event, leaves }) {
  const { checkReadings } = await import("../../api/static/verify-readings.js");
  return holds(() => checkReadings({ event, leaves: leaves.map(bytesOf) }));
}

// What is said of the readings of a batch: how many, and whether they were summed up; or what is untrue of them.
export async function checkSums({ event, leaves }) {
  const { checkReadings } = await import("../../api/static/verify-readings.js");
  try {
    return await checkReadings({ event, leaves: leaves.map(bytesOf) });
  } catch (error) {
    if (error.outcome !== "failed") throw error;
    return error.message;
  }
}

// What the worker of guoji-verify.html posts at last: its script is run as the page runs it, from the made file.
export async function checkByPage({ file, policy, chains, asked, operators = [] }) {
  const { readFile } = await import("node:fs/promises");
  const page = await readFile(new URL("../../api/static/guoji-verify.html", import.meta.url), "utf8");
  let start;
  const posted = new Promise((resolve) => {
    globalThis.postMessage = (said) => said.progress || resolve(said);
    globalThis.addEventListener = (kind, listener) => (start = listener);
  });
  const decoded = new Uint8Array(Buffer.from(file, "base64"));
  const own = globalThis.fetch;
  globalThis.fetch = recorded(chains);
  (0, eval)(page.match(/<script>(.*)<\/script>/s)[1]);
  const endpoints = chains.map(({ name }, i) => `http://${name}/${i}`);
  start({ data: { file: decoded, policy, endpoints, asked, operators } });
  const said = await posted;
  globalThis.fetch = own;
  return said;
}

// Which texts of a page, by their marks, are not what the phone's check writes of the record.
export const unlike = ({ record, lang, texts }) => {
  const wanted = textsOf(record, lang, () => "");
  return Object.keys(texts).filter((name) => !wanted[name].some((text) => isShownAs(texts[name], text)));
};

// SHA-256 of texts of bytes one behind the other, in hex as all of a job.
export const hashOf = (texts) => Buffer.from(sha256(...texts.map(bytesOf)), "latin1").toString("hex");

const CHECKS = {
  check,
  checkAired,
  checkAtOnce,
  checkByPage,
  checkLog,
  checkNames,
  checkBatch,
  checkSums,
  hashOf,
  lieOf,
  unlike,
};

if (globalThis.process?.argv[1]?.endsWith("check.js")) {
  let text = "";
  for await (const part of process.stdin.setEncoding("utf8")) text += part;
  const { name, jobs } = JSON.parse(text);
  const results = [];
  for (const job of jobs) results.push(await CHECKS[name](job));
  process.stdout.write(JSON.stringify(results));
}
