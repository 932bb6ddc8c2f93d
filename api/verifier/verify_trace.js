// Checks all proofs of a trace, and what only shows when they are seen together. Loaded only for the file of a trace.

import { failed, refuse, unchecked } from "./bytes.js";
import { checkList, newerOf, parseComplete } from "./complete.js";
import { fieldsOf } from "./json.js";

// A logistic unit, a lot or an item of a product; a live room.
const GOODS = /^urn:uuid:[\da-f-]{36}$|\/(00|10|21)\/[^/]+$/;
const MOST = 10000;
// How many events are looked at beside each other, so that a way to the chain is gone once for all their anchors. No more,
// because a question that has to wait for others may not be answered in time.
const AT_ONCE = 8;

// `verifier` is what verify.js checks a single event with.
export const verifyTrace = async (file, asked, verifier) => {
  const { checkProof, included, judge, mentions, progress, proofOf, run } = verifier;
  const [complete, , list, subject] = fieldsOf(file, "complete,format,proofs,subject");
  (subject.match(GOODS) && list.length <= MOST) || refuse("trace");
  const proofs = await Promise.all(list.map(proofOf));
  // Counted twice, one event would make "n of m" say more than it shows.
  new Set(proofs.map(({ leaf }) => leaf)).size === proofs.length || refuse("trace");
  const end = complete !== null && parseComplete(complete, await included(complete));

  const events = [];
  const queue = proofs.entries();
  let done = 0;
  const look = async () => {
    for (const [i, proof] of queue) {
      progress?.(done, proofs.length);
      events[i] = { mentions_subject: mentions(proof.event, subject), ...(await checkProof(proof)) };
      done++;
    }
  };
  await Promise.all(Array.from(Array(AT_ONCE), look));
  const whole = await wholeOf(end, subject, proofs, verifier);

  const times = events.flatMap(({ anchored_at }) => anchored_at ?? []).sort();
  const naming_subject = events.filter((event) => event.mentions_subject && event.anchored_at).length;
  const together = await run(0, {
    subject: () => (asked ?? subject) === subject || failed(subject),
    checkpoint: () => isForked([...proofs, end]) && failed("two histories"),
    trace: () =>
      naming_subject ||
      unchecked(times[0] ? "no verified event names it" : (events[0]?.reason ?? "no events")),
  });
  const lies = [...events.flatMap(({ steps }) => steps), whole].filter(({ outcome }) => outcome === "failed");
  const sound = { verified: times.length, total: events.length, through: times.pop() };
  return { ...judge([...together, ...lies], sound), subject, naming_subject, complete: whole, events };
};

// The step `complete`, and where it passed: up to when no event is missing.
const wholeOf = async (end, subject, proofs, { checks, run }) => {
  if (!end) return { name: "complete", outcome: "unchecked", detail: "not shown" };
  const { inclusion, checkpoint, anchor } = checks;
  const list = () => checkList(end, subject, proofs);
  const newer = () => newerOf(end, subject, proofs);
  const steps = await run(end, { list, inclusion, checkpoint, anchor, newer });
  const gap = steps.find(({ outcome }) => outcome !== "passed");
  if (gap) return { ...gap, name: "complete" };
  const { index, at: up_to, entries } = end;
  const found = { index: Number(index), up_to, count: entries.length, newer: steps.at(-1).detail };
  return { name: "complete", outcome: "passed", ...found };
};

// Different roots of one size, both signed by a trusted log: two histories.
const isForked = (found) => {
  const roots = {};
  return found.some(({ log, tlog }) => {
    const key = log && `${tlog.size} ${tlog.origin}`;
    return log && (roots[key] ??= tlog.root) !== tlog.root;
  });
};
