// In plain words: what each step of the verifier came to, and what each endpoint of the chain said.

import { plain } from "./element.js";
import { spelled } from "./facts.js";
import { isSaid, moment, say } from "./words.js";

// By what verify.js says. The first that stands in it counts: what an endpoint said stands inside another.
const REASONS = {
  "the segments here": "why_other_moment",
  "not yet anchored": "why_pending",
  "no longer on the chain": "why_vanished",
  "is not on the chain": "why_unknown_transaction",
  "not where the proof says": "why_elsewhere",
  "not final": "why_not_final",
  "this is chain": "why_other_chain",
  "endpoints disagree": "why_disagree",
  "endpoints confirm it": "why_too_few",
  "names no chain": "why_no_chain",
  "names no log": "why_no_log",
  "no trust policy": "why_no_policy",
  "no checkpoint": "why_no_checkpoint",
  "not carried": "why_not_carried",
  "not named": "why_not_named",
  "not shown": "why_not_shown",
  "no verified event names it": "why_none_names",
  "no events": "why_no_events",
  "is of another log": "why_other_log",
  "came after entry": "why_newer",
  "via the operator": "why_operator",
  "not active": "why_not_active",
  "another spelling": "why_spelling",
};

export const reasonOf = (detail) => {
  const known = Object.keys(REASONS).find((phrase) => detail.includes(phrase));
  return known ? say(REASONS[known]) : plain(detail);
};

// A sentence on one step of one event; beside it, the verifier's own words where it found something untrue.
export const stepOf = ({ name, outcome, detail }, { submitter, captured, place } = {}) => {
  if (outcome === "unchecked") return { sentence: say("not_checked", { reason: reasonOf(detail) }) };
  if (outcome === "failed") return { sentence: say(`failed_${name}`), exact: detail };
  if (name === "readings" && !detail) return { sentence: say("no_readings") };
  if (name === "readings") return { sentence: readingsOf(...detail) };
  if (name === "code") return { sentence: codeOf(...detail) };
  if (name === "active") return { sentence: activeOf(...detail) };
  const values = {
    submitter,
    captured: moment(captured),
    ...place,
    since: name === "anchor" && moment(detail),
  };
  return { sentence: say(`passed_${name}`, values), exact: name === "policy" && detail };
};

const readingsOf = (count, isSummed) => say(isSummed ? "passed_readings" : "passed_not_summed", { count });

const codeOf = (number, count, lot, party) => say("passed_code", { number, count, lot: spelled(lot), party });
const activeOf = (at, party) => say("passed_active", { at: moment(at), party });

// What each endpoint said of one event: [its name, a sentence].
export const chainOf = (chain = []) =>
  ["confirmed", "refuted", "silent"].flatMap((outcome, i) =>
    Object.entries(chain[i] ?? {}).map(([host, said]) => ({
      host: host || say("this_machine"),
      outcome,
      sentence: saidBy(outcome, said),
    })),
  );

const saidBy = (outcome, said) => {
  if (outcome === "refuted") return say("endpoint_refuted", { said: plain(said) });
  if (outcome === "silent") return say("endpoint_silent", { said: reasonOf(said) });
  return typeof said === "string"
    ? say("endpoint_confirmed", { since: moment(said) })
    : say("endpoint_nothing_against");
};

// Whether an event is left out, as far as the file can show it.
export const completeOf = ({ outcome, detail, up_to, count, newer }) => {
  if (outcome === "failed") return { sentence: say("failed_complete"), exact: detail };
  if (outcome === "unchecked") return { sentence: say("maybe_missing", { reason: reasonOf(detail) }) };
  const sentence = say("none_missing", { moment: moment(up_to), count });
  return { sentence: newer ? `${sentence} ${say("newer", { newer })}` : sentence };
};

// What a step of the verifier is called.
export const titleOf = (step) => say(`${step.replace(" ", "_")}_step`);
export const failureOf = (step) => say(`failed_${step.replace(" ", "_")}`);

// A business step in everyday words; one that has none as it was written.
export const stepName = (step) => {
  const [, name] = step.match(/(\w+)$/) ?? [];
  return isSaid(`step_${name}`) ? say(`step_${name}`) : plain(step);
};
