// Writes down an on-air record: what it covers, what the overlay showed at a moment that the reader chooses.

import { judged, momentOf } from "./aired.js";
import { SIGNS } from "./check_lines.js";
import { element, icon, outside, plain } from "./element.js";
import { reasonOf, titleOf } from "./explain.js";
import { endOf, recordsOf } from "./on_air.js";
import { isSaid, moment, say } from "./words.js";

const MOST = 200;
// The zone of all times of the page, which a field of a form does not name.
const ZONE = "+08:00";

export const showOnAir = (report, aired) => {
  const { segments } = aired;
  const [first, last, end] = [segments[0], segments.at(-1), endOf(segments)];
  const heard = recordsOf(segments).filter(({ kind }) => kind === "said").length;
  const [room, title] = [plain(first.room), plain(last.title)];
  const [from, until] = [moment(first.start), moment(last.until)];
  const answer = element("div", { role: "status", id: "moment-said" });
  const ask = (at) => answer.replaceChildren(...momentLines(report, momentOf(aired, at)));
  return element(
    "section",
    { class: "card", id: "on-air" },
    element("h2", {}, say("on_air")),
    element("p", {}, say(end === null ? "on_air_open" : "on_air_ended", { room, title, from, until })),
    element("p", { class: "sub" }, heard ? say("heard", { heard }) : say("heard_nothing")),
    askForm(segments, ask),
    answer,
    ...segments.slice(0, MOST).map((each) => segmentPart(each, aired.unproven, ask)),
    ...(segments.length > MOST ? [element("p", {}, say("and_more", { count: segments.length - MOST }))] : []),
  );
};

const askForm = ([first], ask) => {
  const shown = first.records.find(({ kind }) => kind === "shown") ?? first.records[0];
  const value = new Date(shown.at + 8 * 3_600_000).toISOString().slice(0, 19);
  const field = element("input", { type: "datetime-local", step: "1", id: "moment", value, required: "" });
  const button = element("button", { class: "ghost" }, say("moment_show"));
  const form = element("form", {}, element("label", { for: "moment" }, say("moment")));
  form.append(element("div", { class: "pair" }, field, button));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(Date.parse(`${field.value}${ZONE}`));
  });
  return form;
};

const momentLines = (report, asked) => {
  const { verdict, reason, step } = judged(report, asked, true);
  const [sign, at] = [icon(`dot-${SIGNS[verdict]}`, "dot"), moment(asked.asked)];
  const worth = {
    verified: () => say("moment_verified"),
    contradicted: () => say("moment_contradicted", { step: titleOf(step) }),
    unchecked: () => say("not_checked", { reason: reasonOf(reason) }),
  };
  const head = element("h3", { "data-state": verdict, class: "moment" }, sign, at);
  const lines = [head, element("p", { class: "sub" }, worth[verdict]())];
  if (asked.onAir === null) return [...lines, element("p", {}, say("moment_off_air"))];
  return asked.onAir ? [...lines, ...onAirLines(asked.onAir)] : lines;
};

const onAirLines = ({ state, since, said, open }) => [
  element("p", {}, state ? say("moment_state", { since: moment(since) }) : say("moment_nothing")),
  ...(state ? [leavesOf(state)] : []),
  ...listOf("moment_heard", said.map(recordLine)),
  ...listOf("moment_open", open.map(recordLine)),
];

const listOf = (word, lines) =>
  lines[0] ? [element("h3", {}, say(word)), element("ul", { class: "list" }, ...lines)] : [];

// What stands in a state, without what is empty.
const leaves = (name, value) =>
  typeof value === "object" && value !== null && !(value instanceof Number)
    ? Object.entries(value).flatMap(([inner, member]) => leaves(name ? `${name}.${inner}` : inner, member))
    : value === null || value === ""
      ? []
      : [[name, value]];

const leavesOf = (state) => {
  const list = element("dl", { class: "facts" });
  for (const [name, value] of leaves("", state).slice(0, MOST))
    list.append(element("dt", {}, outside(name)), element("dd", {}, outside(value)));
  return list;
};

// Of the words that were said stands a commitment alone; of what the overlay showed, the name of the goods.
const recordLine = ({ at, kind, body }) => {
  const words = { shown: body.state?.product?.product ?? body.state?.product?.name, corrected: body.text };
  const parts = [words[kind], body.verdict, body.rule?.id, body.phase, body.answer];
  const text = parts.filter((part) => typeof part === "string").join(" · ");
  const title = element("b", {}, isSaid(`record_${kind}`) ? say(`record_${kind}`) : plain(kind));
  return element("li", {}, element("div", {}, title, " ", outside(text), element("small", {}, moment(at))));
};

const segmentPart = ({ number, start, until, records }, unproven, ask) => {
  const state = number in unproven ? "unchecked" : "verified";
  const [from, to] = [moment(start), moment(until)];
  const title = element("span", {}, say("segment", { number, from, to }));
  const details = element("details", {}, element("summary", {}, icon(`dot-${SIGNS[state]}`, "dot"), title));
  const inside = () => {
    const choose = element("button", { type: "button", class: "ghost" }, say("segment_show"));
    choose.addEventListener("click", () => ask(until));
    const lines = records.slice(0, MOST).map(recordLine);
    details.append(element("ul", { class: "list" }, ...lines), choose);
  };
  details.addEventListener("toggle", inside, { once: true });
  return element("div", { "data-state": state }, details);
};
