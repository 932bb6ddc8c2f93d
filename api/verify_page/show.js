// Writes down what the verifier found: the verdict, what was checked, what the endpoints said.

import { SIGNS, STATES, checkLine, exactly } from "./check_lines.js";
import { element, icon, outside, plain } from "./element.js";
import { showEvents } from "./events.js";
import { chainOf, completeOf, failureOf, reasonOf, stepName, stepOf, titleOf } from "./explain.js";
import { spelled } from "./facts.js";
import { showOnAir } from "./show_on_air.js";
import { moment, say } from "./words.js";

const STEPS = ["policy", "event", "readings", "inclusion", "checkpoint", "anchor", "subject"];

// What the worker found, and what of it is about `documents` of the reader; `basis` are sentences on the policy, `saved`
// is the report.
export const show = (place, { report, facts, aired }, documents, basis, saved) => {
  const events = report.events ?? [report];
  place.replaceChildren(
    verdict(report, facts, events, aboutOf(report, aired), basis, saved),
    ...(aired?.segments ? [showOnAir(report, aired)] : []),
    checks(report, events, aired, documentLines(documents, events, facts)),
    endpoints(events),
    showEvents(events, facts),
  );
  place.hidden = false;
};

const aboutOf = ({ subject }, aired) => {
  const room = aired?.segments?.at(-1);
  if (room) return say("about_room", { room: plain(room.room), title: plain(room.title) });
  return subject ? say("about", { goods: plain(spelled(subject)) }) : say("about_event");
};

const verdict = (report, facts, events, about, basis, saved) => {
  const title = element("h2", { tabindex: "-1", id: "verdict" }, word(report));
  const box = element(
    "div",
    {},
    title,
    element("p", { class: "goods" }, about),
    ...sentences(report, facts, events),
  );
  box.append(...paragraphs(basis), saved);
  return element(
    "section",
    { class: "card verdict", "data-state": report.verdict, "aria-labelledby": "verdict" },
    icon(`seal-${SIGNS[report.verdict]}`, "seal"),
    box,
  );
};

const word = ({ verdict: is, verified, total }) =>
  is === "verified" && verified < total ? say("partly", { verified, total }) : say(is);

const sentences = (report, facts, events) => {
  const { verdict: is, step, reason, complete } = report;
  const said = [];
  if (is === "verified")
    said.push(
      complete
        ? say("all", { ...report, through: moment(report.through) })
        : say(report.events ? "code" : "one", { since: moment(report.anchored_at) }),
    );
  if (is === "contradicted") {
    said.push(say("at_step", { step: titleOf(step), sentence: failureOf(step) }));
    const at = events.findIndex((each) => each !== report && each.step === step && each.reason === reason);
    if (at >= 0) said.push(say("in_record", { name: stepName(facts[at].step), at: plain(moment(facts[at].at)) }));
    return [...paragraphs(said), element("code", {}, exactly(`${step}: ${reason}`))];
  }
  if (is === "unchecked") said.push(say("not_checked", { reason: reasonOf(reason) }), say("says_nothing"));
  if (is === "verified" && complete) said.push(completeOf(complete).sentence);
  return paragraphs(said);
};

const paragraphs = (texts) => texts.map((text) => element("p", {}, text));

// Whether a record names a file of the reader: no verdict on the others, and none on the whole.
const documentLines = (documents, events, facts) =>
  documents.map(({ name, digest }) => {
    const at = facts.findIndex(({ digests }) => digests.includes(digest));
    const sentence =
      at < 0 ? say("document_unnamed") : say("document_named", { step: stepName(facts[at].step) });
    const title = element("b", {}, say("document_step", { name: plain(name) }));
    return checkLine(events[at]?.verdict ?? "unchecked", title, " ", element("em", {}, sentence));
  });

const checks = (report, events, aired, more) => {
  const rows = STEPS.map((name) => {
    const steps = events.flatMap((event) => event.steps.filter((step) => step.name === name));
    return steps[0] && row(name, ...summed(name, steps));
  });
  for (const step of report.events ? (report.steps ?? []) : []) {
    const { sentence, exact } = stepOf(step);
    rows.push(row(step.name, step.outcome, sentence, exact));
  }
  if (report.complete) {
    const { sentence, exact } = completeOf(report.complete);
    rows.push(row("complete", report.complete.outcome, sentence, exact));
  }
  if (aired) {
    const { lie, segments } = aired;
    const sentence = lie ? say("failed_on_air") : say("passed_on_air", { count: segments.length });
    rows.push(row("on_air", lie ? "failed" : "passed", sentence, lie));
  }
  return element(
    "section",
    { class: "card" },
    element("h2", {}, say("steps")),
    element("ul", { class: "checks" }, ...rows.filter(Boolean), ...more),
  );
};

// What one step came to over all events: the outcome, and of how many it passed.
const summed = (name, steps) => {
  // Of an event without readings there is nothing to check.
  const there =
    name === "readings" ? steps.filter(({ outcome, detail }) => outcome !== "passed" || detail) : steps;
  const count = there.filter(({ outcome }) => outcome === "passed").length;
  const worst = ["failed", "unchecked"].find((bad) => there.some(({ outcome }) => outcome === bad));
  const outcome = there[0] ? (worst ?? "passed") : "unchecked";
  return [outcome, there[0] ? say("count_of", { count, total: there.length }) : say("of_none")];
};

const row = (name, outcome, sentence, exact) =>
  checkLine(
    STATES[outcome],
    element("b", {}, say(`${name}_step`)),
    element("small", {}, say(`does_${name}`)),
    element("em", {}, sentence),
    ...(exact ? [element("code", {}, exactly(exact))] : []),
  );

// Of how many events each endpoint said what.
const endpoints = (events) => {
  const counts = {};
  for (const { chain } of events)
    for (const { host, outcome } of chainOf(chain)) {
      counts[host] ??= { confirmed: 0, refuted: 0, silent: 0 };
      counts[host][outcome]++;
    }
  const lines = Object.entries(counts).map(([host, count]) => {
    const state = count.refuted ? "contradicted" : count.silent ? "unchecked" : "verified";
    const sum = say("endpoint_sum", { ...count, total: events.length });
    return checkLine(state, outside(host), element("small", {}, sum));
  });
  return element(
    "section",
    { class: "card" },
    element("h2", {}, say("chain")),
    lines[0]
      ? element("ul", { class: "checks" }, ...lines)
      : element("p", { class: "sub" }, say("nobody_asked")),
  );
};
