// Whether what the page shows of the records is what the checked ones say: each text wholly, and none left out.

import { goodsIn, isShownAs, labLinesOf, textsOf } from "./said.js";

const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// Of a run of steps, title and place stand once for all of them.
const OF_ALL = ["title", "place"];
const keysOf = (element, part) =>
  OF_ALL.includes(element.dataset.as)
    ? all("[data-key]", part.closest("li")).map(({ dataset }) => dataset.key)
    : [part.dataset.of];

const isTrue = (element, part, found, moment) => {
  const shown = element.textContent.trim();
  const records = keysOf(element, part).map((key) => found[key]);
  return records.every((record) => {
    if (!record?.event) return true;
    const wanted = textsOf(record, document.documentElement.lang, moment)[element.dataset.as];
    const isSameTime = element.localName !== "time" || element.dateTime === record.event.eventTime;
    return isSameTime && wanted.some((text) => isShownAs(shown, text));
  });
};

// Time and everything that is said, and the title of its step; a list of batches has none.
const isWhole = (line, { event }) => {
  const parts = all(`[data-of="${line.dataset.key}"]`);
  const group = line.closest(".steps > li");
  return (
    parts.some((part) => ["at", "said"].every((name) => part.querySelector(`[data-as=${name}]`))) &&
    (event.bizStep === "sensor_reporting" || group.querySelector("[data-as=title]"))
  );
};

// Of each part of the page that is about one record: its key and what was found. `moment` writes a time as the page does.
export const checkShown = (found, moment) => [
  ...all("[data-of]").map((part) => {
    const key = part.dataset.of;
    const isSo = all("[data-as]", part).every((element) => isTrue(element, part, found, moment));
    return { key, outcome: !found[key]?.event ? "unknown" : isSo ? "verified" : "contradicted" };
  }),
  ...all("[data-key]").flatMap((line) => {
    const { key } = line.dataset;
    return found[key]?.event && !isWhole(line, found[key]) ? [{ key, outcome: "contradicted" }] : [];
  }),
];

const topOf = (name, found, isSo) =>
  all(`[data-${name}]`).map((part) => {
    const key = part.dataset[name];
    const { event } = found[key] ?? {};
    const outcome = !event ? "unknown" : isSo(part.textContent.trim(), event) ? "verified" : "contradicted";
    return { key, outcome };
  });

// Of the name of the goods and the day of harvest, which stand at the top of the page.
export const checkTop = (found, moment) => [
  ...topOf("name", found, (text, event) => isShownAs(text, goodsIn(event, document.documentElement.lang) ?? "")),
  ...topOf("harvest", found, (text, { eventTime }) => moment(eventTime).replace(/ [^ ]*$/, "") === text),
];

// Of each line of a laboratory's values; of a record of which one stands here, all have to.
export const checkLabLines = (found) => {
  const lines = all("[data-lab]");
  return lines.map((line) => {
    const key = line.dataset.lab;
    const { event } = found[key] ?? {};
    if (!event) return { key, outcome: "unknown" };
    const wanted = labLinesOf(event, document.documentElement.lang);
    const isAll = lines.filter(({ dataset }) => dataset.lab === key).length === wanted.length;
    const isSo = wanted.some((text) => isShownAs(line.textContent.trim(), text));
    return { key, outcome: isAll && isSo ? "verified" : "contradicted" };
  });
};
