// Checks away from the page, so that no file can hang it: whoever waits too long ends this worker.

import { parse } from "../verifier/json.js";
import { proofOf } from "../verifier/proof_file.js";
import { verify } from "../verifier/verify.js";
import { airedOf, judged } from "./aired.js";
import { factsOf } from "./facts.js";

// Words on progress at most so often.
const EVERY_MS = 100;

export const serve = () => {
  addEventListener("message", async ({ data }) => {
    try {
      postMessage({ found: await check(data) });
    } catch (error) {
      postMessage({ refused: error.message });
    }
  });
};

// `operators` are the origins of whoever's records, and whose word of itself, these may be.
const check = async ({ file, policy, endpoints, asked, operators }) => {
  let said = 0;
  const progress = (done, total) => {
    if (Date.now() - said < EVERY_MS) return;
    said = Date.now();
    postMessage({ progress: { done, total } });
  };
  const report = await verify(file, policy, { endpoints, asked, progress, fetch: asking(operators) });
  const parsed = parse(new TextDecoder().decode(file));
  const proofs = [];
  for (const each of proofsIn(parsed)) proofs.push(await proofOf(each));
  const events = proofs.map(({ event }) => event);
  const aired = airedOf(events, report.events ?? [report], report.subject);
  return {
    report: judged(report, aired, policy !== null),
    facts: proofs.map(factsOf),
    aired,
    digest: await digestOf(file),
  };
};

// Of a trace, of an item code, or of one event.
const proofsIn = (file) => file.proofs ?? (file.issued ? [file.issued, file.activated ?? []].flat() : [file]);

// What a server says in the chain's name is the server's word, whoever added its address, and whether it says so or not.
const asking = (operators) => async (url, init) => {
  if (operators.includes(new URL(url).origin)) throw Error("via the operator");
  const response = await fetch(url, init);
  if (!response.ok) throw Error(`HTTP ${response.status}`);
  const answer = await response.json();
  if (answer.via) throw Error("via the operator");
  return { json: () => answer };
};

export const digestOf = async (bytes) => {
  const own = crypto.subtle ?? (await import("../verifier/ed25519.js"));
  const hash = new Uint8Array(await own.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
};
