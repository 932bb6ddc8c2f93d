// Whether the page tells of every recall that the checked records hold.

import { wordsOf } from "./said.js";

const isSet = ({ event, context }, part) =>
  event.type === "ObjectEvent" && wordsOf(event.persistentDisposition?.[part], context).includes("recalled");

// Declared wrong by its own submitter: the declaration repeats the event.
const isWrong = ({ event, submitter }, records) =>
  records.some(
    (other) =>
      other.event.errorDeclaration && other.submitter === submitter && other.event.eventTime === event.eventTime,
  );

// Of each recall: its key and what was found. Whether it reaches these goods, and who may recall, is not judged.
export const checkRecalls = (found) => {
  const entries = Object.entries(found).filter(([, { event }]) => event);
  const records = entries.map(([, record]) => record);
  const recalls = entries.filter(([, record]) => isSet(record, "set") && !isWrong(record, records));
  return recalls.map(([key]) => {
    const told = document.querySelector(`[data-recall="${key}"]`);
    const isSo = told && (!("ended" in told.dataset) || records.some((record) => isSet(record, "unset")));
    return { key, outcome: isSo ? "verified" : "contradicted" };
  });
};
