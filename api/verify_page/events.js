// Writes down each record: its facts from the file, what was checked of it, and who confirmed it.

import { SIGNS, chainLines, stepLines } from "./check_lines.js";
import { element, icon, outside, plain } from "./element.js";
import { stepName } from "./explain.js";
import { moment, say } from "./words.js";

const AT_ONCE = 50;
const WORST_FIRST = ["contradicted", "unchecked", "verified"];

export const showEvents = (events, facts) => {
  const list = element("ol", { class: "events" });
  const more = element("button", { type: "button", class: "ghost" });
  const rest = events.map((event, i) => ({ event, facts: facts[i] }));
  // Only where something is untrue does the order of the file give way: that comes first.
  if (rest.some(({ event }) => event.verdict === "contradicted"))
    rest.sort((a, b) => WORST_FIRST.indexOf(a.event.verdict) - WORST_FIRST.indexOf(b.event.verdict));
  const next = () => {
    list.append(...rest.splice(0, AT_ONCE).map(eventOf));
    more.hidden = !rest.length;
    more.textContent = say("more", { count: Math.min(AT_ONCE, rest.length) });
  };
  more.addEventListener("click", next);
  next();
  const head = [element("h2", {}, say("events")), element("p", { class: "sub" }, say("events_hint"))];
  return element("section", { class: "card" }, ...head, list, more);
};

const eventOf = ({ event, facts }) => {
  const { verdict, mentions_subject, steps } = event;
  const title = element("span", {}, outside(stepName(facts.step)));
  const beside = mentions_subject === false ? ` · ${say("not_naming")}` : "";
  const line = element(
    "small",
    {},
    outside(moment(facts.at)),
    " · ",
    element("em", {}, say(`event_${verdict}`)),
    beside,
  );
  title.append(line);
  const details = element("details", {}, element("summary", {}, icon(`dot-${SIGNS[verdict]}`, "dot"), title));
  // What nobody opens is not drawn.
  details.addEventListener("toggle", () => details.append(inside(event, facts, steps)), { once: true });
  return element("li", { "data-state": verdict }, details);
};

const inside = (event, facts, steps) => {
  const isAsRecorded = steps.find(({ name }) => name === "event").outcome === "passed";
  const place = element("div", { class: "inside" });
  if (!isAsRecorded) place.append(element("p", { class: "warn" }, say("event_not_believed")));
  place.append(factList(facts), element("h3", {}, say("steps")));
  place.append(element("ul", { class: "checks" }, ...stepLines(event, facts)));
  place.append(element("h3", {}, say("chain")), ...chainPart(event, facts), whole(facts));
  return place;
};

const factList = ({ at, type, submitter, captured, rows }) => {
  const list = element("dl", { class: "facts" });
  const add = (word, ...texts) =>
    list.append(element("dt", {}, say(word)), element("dd", {}, ...texts.map((text) => outside(text))));
  add("when", at);
  add("type", type);
  for (const { word, texts, count } of rows) {
    const left = count - texts.length;
    add(word, ...texts, ...(left ? [say("and_more", { count: left })] : []));
  }
  add("who", `(417) ${submitter}`, moment(captured));
  return list;
};

const chainPart = ({ chain }, { block }) => {
  const lines = chainLines(chain);
  return [
    lines[0]
      ? element("ul", { class: "checks" }, ...lines)
      : element("p", { class: "sub" }, say("nobody_asked")),
    ...(block ? [element("p", { class: "sub" }, say("block", block))] : []),
  ];
};

const whole = ({ json, isCut }) => {
  const details = element("details", {}, element("summary", {}, say("whole")));
  const lines = json.split("\n").map((line) =>
    plain(
      line.replace(/^ +/, (spaces) => "\u00a0".repeat(spaces.length)),
      json.length,
    ),
  );
  details.append(element("pre", {}, lines.join("\n")));
  if (isCut) details.append(element("p", { class: "sub" }, say("cut")));
  return details;
};
