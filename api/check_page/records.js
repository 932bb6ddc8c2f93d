// What the page shows, against the records that were checked: words, recalls, curves, and the laboratories' sheets.

import { checkCurve } from "./curves.js";
import { checkRecalls } from "./recalls.js";
import { checkLabLines, checkShown, checkTop } from "./shown.js";

export { checkCurve };

const all = (selector) => [...document.querySelectorAll(selector)];

// What the page may be compared with: records that are the ones that were sealed, readings that are a batch's own.
// `measured` has by root what a batch measured, where its payloads could be read.
export const holding = ({ event, context }, { steps }, measured) => {
  const detailOf = (name) => steps.find((step) => step.name === name && step.outcome === "passed")?.detail;
  if (!detailOf("event")) return {};
  const [count] = detailOf("readings") || [];
  const batch = count && { count, values: measured[event["guoji:batchRoot"]] };
  const [submitter, captured] = detailOf("event");
  return { event, context, submitter, captured, batch };
};

// `found` has by key, of each record that holds: its event, by whom and when it was captured, its batch if checked.
// `sheets` are what is being fetched for the page's documents, in their order; null of one that cannot be had.
export const checkPage = async (found, { moment, sheets, digest }) => ({
  shown: [...checkShown(found, moment), ...checkTop(found, moment), ...checkLabLines(found)],
  recalled: checkRecalls(found),
  drawn: drawnFrom(Object.values(found)),
  documents: await Promise.all(all("[data-document]").map((part, i) => checkDocument(part, found, sheets[i], digest))),
});

const drawnFrom = (records) => {
  const measured = {};
  const made = +document.querySelector("[data-made]").dataset.made;
  for (const { event, batch, captured } of records)
    // The page cannot show what came after it was made.
    if (batch && captured <= made) (measured[event["guoji:device"]] ??= []).push(batch.values);
  return all("svg[data-alias]").map((part) => {
    const { alias, metric } = part.dataset;
    const batches = measured[alias] ?? [];
    if (!batches[0] || batches.includes(undefined)) return { part, outcome: "unknown" };
    const counted = checkCurve(part, batches.map((values) => values[metric] ?? []));
    const [checked, total] = counted ?? [];
    const outcome = !counted ? "contradicted" : total && checked === total ? "verified" : "unknown";
    return { part, outcome };
  });
};

const checkDocument = async (part, found, sheet, digest) => {
  const { document: want, by } = part.dataset;
  const { event } = found[by] ?? {};
  if (!event) return { part, outcome: "unknown" };
  if (event["guoji:reportSha256"] !== want) return { part, outcome: "contradicted" };
  const file = await sheet;
  if (!file) return { part, outcome: "missing" };
  return { part, outcome: (await digest(file)) === want ? "verified" : "contradicted" };
};

// A row of "How this phone checked" for each kind, and a word beside each sheet.
export const showPage = (kinds, { mark, say, failed }) => {
  for (const [name, parts] of Object.entries(kinds)) {
    const count = parts.filter(({ outcome }) => outcome === "verified").length;
    const isWrong = parts.some(({ outcome }) => outcome === "contradicted");
    const row = document.querySelector(`[data-step=${name}]`);
    mark(row, isWrong ? "contradicted" : count && count === parts.length ? "verified" : "unknown");
    row.querySelector("b").textContent = isWrong
      ? failed[name]
      : say(parts[0] ? "of" : "of_none", { count, total: parts.length });
  }
  for (const { part, outcome } of kinds.documents) part.textContent = say(`document_${outcome}`);
};
