// The marks beside each step of the check and each event: ticked is only what verify.js has checked.

import { failed, moment, reasonOf, say } from "./say.js";

// Verified by the chain itself alone; relayed where all but that holds.
export const outcomeOf = (direct, { verdict, steps }) => {
  if (verdict === "contradicted" || direct.verdict === "verified")
    return verdict === "contradicted" ? verdict : "verified";
  if (verdict === "verified") return "relayed";
  const open = steps.filter(({ outcome }) => outcome !== "passed");
  const waits = ({ name, detail }) => name === "anchor" && detail.startsWith("not yet anchored");
  return open.every(waits) ? "pending" : "unknown";
};

const STATES = { relayed: "unknown" };
export const ICONS = { verified: "checked", relayed: "unknown" };

// What this server itself found untrue is not made good by a check that found nothing.
export const mark = (element, outcome) => {
  if (element.dataset.state === "contradicted" && outcome !== "contradicted") return false;
  element.dataset.state = STATES[outcome] ?? outcome;
  element.querySelector("use").setAttribute("href", `#dot-${ICONS[outcome] ?? outcome}`);
  return true;
};

// What one step came to over all events; `isRelayed` if the chain's answer is the operator's.
const stepOf = (name, steps, isRelayed) => {
  // Of an event without readings there is nothing to check.
  const there =
    name === "readings" ? steps.filter(({ outcome, detail }) => outcome !== "passed" || detail) : steps;
  if (!there[0]) return ["unknown", say("of_none")];
  if (there.some(({ outcome }) => outcome === "failed")) return ["contradicted", failed[name]];
  const values = { count: there.filter(({ outcome }) => outcome === "passed").length, total: there.length };
  const isVia = isRelayed && name === "anchor" && values.count;
  const outcome = isVia ? "relayed" : values.count === values.total ? "verified" : "unknown";
  return [outcome, name === "policy" ? say("own_copy") : say(isVia ? "via" : "of", values)];
};

const completeOf = ({ direct, report }) => {
  const { outcome, up_to, detail } = report.complete;
  if (outcome === "failed") return ["contradicted", failed.complete];
  if (outcome === "unchecked") return ["unknown", reasonOf(detail)];
  return direct.complete.outcome === "passed"
    ? ["verified", say("none_missing", { moment: moment(up_to) })]
    : ["relayed", say("event_relayed")];
};

export const showSteps = (both) => {
  const { direct, report } = both;
  const rows = { complete: completeOf(both) };
  for (const { name } of report.events[0]?.steps ?? []) {
    const steps = report.events.map((event) => event.steps.find((step) => step.name === name));
    rows[name] = stepOf(name, steps, direct !== report);
  }
  for (const [name, [outcome, text]] of Object.entries(rows)) {
    const row = document.querySelector(`[data-step=${name}]`);
    mark(row, outcome);
    row.querySelector("b").textContent = text;
  }
};

const ORDER = ["contradicted", "unknown", "relayed", "pending", "verified"];

// Each event that the page shows, by its key; how many of them the proof does not hold.
export const showEvents = (found) => {
  let beside = 0;
  for (const group of document.querySelectorAll(".steps > li")) {
    const outcomes = [...group.querySelectorAll("[data-key]")].map((element) => {
      const { outcome = "unknown", since } = found[element.dataset.key] ?? {};
      beside += !found[element.dataset.key];
      element.textContent = say(`event_${outcome}`, { since: since && moment(since) });
      const line = element.closest("li");
      if (line !== group) mark(line, outcome);
      return outcome;
    });
    const worst = ORDER.find((outcome) => outcomes.includes(outcome));
    if (!mark(group, worst)) continue;
    const count = outcomes.filter((outcome) => outcome === "verified").length;
    // Of a run of which none is verified, the word of the worst says more than that count.
    group.querySelector("summary").textContent =
      outcomes[1] && count
        ? say("group", { count, total: outcomes.length })
        : group.querySelectorAll("[data-key]")[outcomes.indexOf(worst)].textContent;
  }
  return beside;
};
