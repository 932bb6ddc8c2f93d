// Checks a proof file as `guoji verify` does, step by step. docs/verify-js.md says what it leaves to that command.

import { digest, failed, unchecked, utf8 } from "./bytes.js";
import { checkAnchor, openChain } from "./chain.js";
import { canonical } from "./json.js";
import { signerOf } from "./note.js";
import { parseFile } from "./proof_file.js";
import { checkInclusion } from "./tree.js";
import { parsePolicy } from "./trust.js";

// What is said of `file` (its bytes, or what JSON.parse() made of them) by the trust policy, a text that never comes
// from the file. Throws an Error for a malformed file or policy. Details may quote the file: show them as text only.
export const verify = async (file, trust, { fetch: post = fetch, endpoints = [], asked } = {}) => {
  const policy = trust && (await parsePolicy(trust));
  const chains = [...(policy?.endpoint ?? []), ...endpoints].map((url) => openChain(url, post));
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const parsed = await parseFile(file.buffer ? decoder.decode(file) : JSON.stringify(file));
  const roots = {};
  let fork;

  const checks = {
    policy: () => (policy ? policy.label : unchecked("no trust policy")),
    event: async ({ event, context, nonce, digest: want, submitter, captured }) =>
      (await digest("event", nonce + utf8(canonical({ "@context": context, event })))) === want
        ? [submitter, captured]
        : failed("digest"),
    readings: async (proof) =>
      proof.leaves
        ? (await import("./verify-readings.js")).checkReadings(proof)
        : (proof.event["guoji:batchRoot"] ?? proof.event["guoji:readingCount"]) && unchecked("not carried"),
    inclusion: ({ tlog, leaf }) => checkInclusion(tlog.index, tlog.size, leaf, tlog.hashes, tlog.root),
    checkpoint: async (proof) => {
      const { origin, size, root } = proof.tlog;
      proof.log = await (policy?.log[0] ? signerOf(proof.tlog, policy.log) : unchecked("names no log"));
      // Different roots of one size, both signed by a trusted log: two histories.
      fork ||= (roots[origin + size] ??= root) !== root;
      return origin;
    },
    anchor: async (proof) => (proof.at = await checkAnchor(proof, policy, chains)),
  };
  const { inclusion, checkpoint, anchor } = checks;

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
    return { ...judge(steps, { anchored_at: proof.at }), steps };
  };

  const { subject, proofs, complete, end } = parsed;
  if (!proofs) {
    // It may belong to the goods all the same, as the pallet does that they lay on.
    if (asked) checks.subject = ({ event }) => mentions(event, asked) || unchecked("not named");
    return checkProof(parsed);
  }

  const events = [];
  for (const proof of proofs)
    events.push({ mentions_subject: mentions(proof.event, subject), ...(await checkProof(proof)) });
  const list = async () =>
    (await import("./verify-complete.js")).checkComplete(complete, end, subject, proofs);
  const ends = await run(
    end,
    end ? { list, inclusion, checkpoint, anchor } : { list: () => unchecked("not shown") },
  );
  const whole = { ...(ends.find(({ outcome }) => outcome !== "passed") ?? ends[0]), name: "complete" };
  const times = events.flatMap(({ anchored_at }) => anchored_at ?? []).sort();
  const naming_subject = events.filter((event) => event.mentions_subject && event.anchored_at).length;
  const together = await run(0, {
    subject: () => (asked ?? subject) === subject || failed(subject),
    checkpoint: () => fork && failed("two histories"),
    trace: () =>
      naming_subject ||
      unchecked(times[0] ? "no verified event names it" : (events[0]?.reason ?? "no events")),
  });
  const lies = [...events.flatMap(({ steps }) => steps), whole].filter(({ outcome }) => outcome === "failed");
  const sound = { verified: times.length, total: events.length, through: times.pop() };
  return { ...judge([...together, ...lies], sound), subject, naming_subject, complete: whole, events };
};

// Whether the subject, or a finer identifier under it, stands in the event.
const mentions = (event, subject) => textsOf(event).some((text) => `${text}/`.startsWith(`${subject}/`));

const textsOf = (value) =>
  typeof value === "string" ? [value] : Object.values(value ?? {}).flatMap(textsOf);
