// Whether what the page shows of a record is what the checked record says.

const listOf = (value) => (Array.isArray(value) ? value : []);
const digitsOf = (text) => String(text.match(/\d+/g)?.map(Number));

// A value as the page marks it; a number in it as JavaScript writes numbers.
const marked = (value) => value.replace(/^\S+/, (word) => (isFinite(word) ? +word : word));

// All values that the page may mark of an event.
const saidBy = (event) => {
  const amounts = ["quantityList", "outputQuantityList", "childQuantityList"].flatMap((name) =>
    listOf(event[name]).map((each) => `${each?.quantity} ${each?.uom ?? ""}`.trim()),
  );
  const units = ["childEPCs", "epcList", "outputEPCList"].map((name) => listOf(event[name]).length);
  const others = [event.bizStep ?? event.type, placeOf(event), event.disposition, event["guoji:readingCount"]];
  return [...amounts, ...units, ...others].map((value) => onOneLine(String(value)));
};

const placeOf = (event) => event.readPoint?.id ?? event.bizLocation?.id;

const namesOf = ({ readPoint }) => {
  const name = readPoint?.["guoji:name"];
  const names = typeof name === "string" ? [name] : [name?.["guoji:zh"], name?.["guoji:en"]];
  return names.filter((text) => typeof text === "string" && text.trim());
};

// What a page must not show is cut or replaced there, and cannot be compared.
const isMended = (text) => /[…\ufffd]/.test(text);
const onOneLine = (text) => text.replace(/[\s\x1c-\x1f\x85]+/g, " ").trim();

const isSameNumber = (text, value) => {
  const shown = +text.match(/-?\d[\d,.]*(E\d+)?/)?.[0].replace(/,/g, "");
  // Shown with two decimals; what nobody could read, in powers of ten.
  return Math.abs(shown - value) <= Math.max(0.0051, Math.abs(value) > 1e14 ? Math.abs(value) / 100 : 0);
};

const isTrue = (element, event) => {
  const [text, value] = [element.textContent.trim(), marked(element.value)];
  if (isMended(value)) return true;
  if (![value, element.value].some((each) => saidBy(event).includes(each))) return false;
  if (value === placeOf(event)) {
    const names = namesOf(event);
    if (names[0]) return isMended(text) || names.map(onOneLine).includes(text);
    return text.match(/\d+/g)?.every((part) => value.includes(part)) ?? true;
  }
  return /^-?[\d.]/.test(value) ? isSameNumber(text, parseFloat(value)) : true;
};

// Whether each step, time, place and amount in `part` is that of `event`; `moment` writes a time as the page does.
export const isAsRecorded = (part, event, moment) => {
  const time = part.querySelector("time");
  return (
    time?.dateTime === event.eventTime &&
    digitsOf(time.textContent) === digitsOf(moment(event.eventTime)) &&
    [...part.querySelectorAll("data")].every((element) => isTrue(element, event))
  );
};
