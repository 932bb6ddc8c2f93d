// Checks a proof file as `guoji verify` does, step by step. docs/verify-js.md says what it leaves to that command.

import { digest, failed, hex, unchecked, utf8 } from "./bytes.js";
import { checkAnchor, openChain } from "./chain.js";
import { canonical, parse } from "./json.js";
import { signerOf } from "./note.js";
import { included, proofOf } from "./proof_file.js";
import { checkInclusion } from "./tree.js";
import { parsePolicy } from "./trust.js";

// What is said of `file` (its bytes, or what JSON.parse() made of them) by the trust policy, a text that never comes
// from the file. Throws an Error for a malformed file or policy. Details may quote the file: show them as text only.
// `progress` is told of a trace, event by event, how many of how many were looked at; `measured` of each batch that holds
// its root and what was measured.
export const verify = async (file, trust, { fetch: post = fetch, endpoints = [], asked, progress, measured } = {}) => {
  const policy = trust && (await parsePolicy(trust));
  const chains = [...(policy?.endpoint ?? []), ...endpoints].map((url) => openChain(url, post));
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const parsed = parse(file.buffer ? decoder.decode(file) : JSON.stringify(file));

  const checks = {
    policy: () => (policy ? policy.label : unchecked("no trust policy")),
    event: async ({ event, context, nonce, digest: want, submitter, captured }) => {
      const found = await digest("event", nonce + utf8(canonical({ "@context": context, event })));
      found === want || failed(`digest ${hex(found)}, want ${hex(want)}`);
      return [submitter, captured];
    },
    readings: async (proof) =>
      proof.leaves
        ? (await import("./verify-readings.js")).checkReadings(proof, measured)
        : ("guoji:batchRoot" in proof.event || "guoji:readingCount" in proof.event) &&
          unchecked("not carried"),
    inclusion: ({ tlog, leaf }) => checkInclusion(tlog.index, tlog.size, leaf, tlog.hashes, tlog.root),
    checkpoint: async (proof) => {
      proof.log = await (policy?.log[0] ? signerOf(proof.tlog, policy.log) : unchecked("names no log"));
      return proof.tlog.origin;
    },
    anchor: async (proof) => (proof.at = await checkAnchor(proof, policy, chains)),
  };

  const run = async (proof, checks) => {
    const steps = [];
    for (const name in checks)
      try {
        steps.push({ name, outcome: "passed", detail: await checks[name](proof) });
      } catch (error) {
        if (!error.outcome) throw error;
        steps.push({ name, ...error });
      }
    return steps;
  };

  // Without a policy unchecked, whatever else; then the first untruth; then the first gap.
  const judge = (steps, sound) => {
    const [lie, gap] = ["failed", "unchecked"].map((outcome) =>
      steps.find((step) => step.outcome === outcome),
    );
    const reason = [gap, lie].map((step) => step && `${step.name}: ${step.detail}`).join(" ");
    return policy && lie
      ? { verdict: "contradicted", step: lie.name, reason: lie.detail }
      : gap
        ? { verdict: "unchecked", reason }
        : { verdict: "verified", ...sound };
  };

  const checkProof = async (proof) => {
    const steps = await run(proof, checks);
    return { ...judge(steps, { anchored_at: proof.at }), steps, chain: proof.chain };
  };

  const verifier = { checks, checkProof, included, judge, mentions, progress, proofOf, run };
  if (parsed.format === "guoji-trace-proof/1")
    return (await import("./verify-trace.js")).verifyTrace(parsed, asked, verifier);
  if (parsed.format === "guoji-code/1")
    return (await import("./verify-code.js")).verifyCode(parsed, asked, verifier);
  // It may belong to the goods all the same, as the pallet does that they lay on.
  if (asked) checks.subject = ({ event }) => mentions(event, asked) || unchecked("not named");
  return checkProof(await proofOf(parsed));
};

// Whether the subject, or a finer identifier under it, stands in the event.
const mentions = (event, subject) => textsOf(event).some((text) => `${text}/`.startsWith(`${subject}/`));

const textsOf = (value) =>
  typeof value === "string" ? [value] : Object.values(value ?? {}).flatMap(textsOf);
