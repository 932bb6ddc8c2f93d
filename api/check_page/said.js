// What a page writes of a record, anew from the checked event: what api/present/ has in said.py, and what that uses.

import { CALLED } from "./called.js";

const LONGEST = 200;
const GLN = "https://id.gs1.org/414/";
const NO_POWER_BELOW = 1e15;
const STANDARD =
  /^(?:urn:epcglobal:cbv:(?:bizstep|disp|btt|sdt|er):|(?:https?:\/\/(?:ref|ns)\.gs1\.org\/cbv\/|cbv:)(?:BizStep|Disp|BTT|SDT|ER)-|https?:\/\/(?:www\.|ref\.)?gs1\.org\/voc\/|gs1:)([\p{L}\p{N}_]+)$/u;

const isText = (value) => typeof value === "string";
const listOf = (value) => (Array.isArray(value) ? value : []);

// On one line, and cut; what is not fit to be shown is replaced where it is compared.
const plain = (text) => {
  const letters = [...text.replace(/((?!\ufeff)[\s\x1c-\x1f\x85])+/g, " ").replace(/^ | $/g, "")];
  return letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join("")}…` : letters.join("");
};

// Whether `shown` is `text` as a page may show it. Of the newest letters not every Python knows that they are letters.
export const isShownAs = (shown, text) => {
  const [letters, wanted] = [[...shown], [...text]];
  const isAs = (letter, want) =>
    letter === want || (letter === "\ufffd" && /[\p{C}\p{Zl}\p{Zp}]|[^\0-\uffff]/u.test(want));
  return letters.length === wanted.length && letters.every((letter, i) => isAs(letter, wanted[i]));
};

// Words of the standard in one spelling, as traceability/epcis/words.py.
export const wordsOf = (values, context) =>
  [values].flat().filter(isText).map((text) => {
    const [prefix, ...rest] = text.split(":");
    const tables = context.filter((item) => !isText(item) && Object.hasOwn(item, prefix));
    const meaning = rest[0] !== undefined && prefix[0] !== "@" && tables.at(-1)?.[prefix];
    const full = meaning ? `${meaning["@id"] ?? meaning}${rest.join(":")}` : text;
    return full.match(STANDARD)?.[1] ?? full;
  });

const textIn = (table, key, otherwise) => (Object.hasOwn(table, key) ? table[key] : otherwise);

// As Python rounds: an exact half to the even neighbour. `write` is toFixed or toExponential, which write it away from 0.
const rounded = (value, write, digits) => {
  const isHalf = RegExp(`\\.\\d{${digits}}50*(e|$)`).test(value[write](100));
  const [text, ...power] = value[write](digits).split("e");
  return [isHalf ? text.replace(/[13579]$/, (digit) => digit - 1) : text, ...power].join("e");
};

const number = (value, digits = 2) => {
  if (Math.abs(value) >= NO_POWER_BELOW) return rounded(value, "toExponential", 2).replace(/\.?0*e\+/, "E");
  // With no more digits than a double has.
  const [whole, decimals] = rounded(value, "toFixed", digits).replace(/\d.*/, (part) => +part).split(".");
  return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (decimals ? `.${decimals}` : "");
};

const counted = ([one, many], count) => (count === 1 ? one : many).replace("{count}", number(count));

const amount = (quantity, uom, words, digits) => {
  if (!isText(uom)) return counted(words.piece, +rounded(quantity, "toFixed", 0));
  if (!["H87", "EA"].includes(uom)) return `${number(quantity, digits)} ${textIn(words.units, uom, plain(uom))}`.trim();
  return Number.isInteger(quantity) ? counted(words.piece, quantity) : `${number(quantity, digits)} ${words.pieces}`;
};

// By language, or one for all; undefined if there is none.
const nameIn = (given, lang) => {
  const [zh, en] = isText(given) ? [given, given] : [given?.["guoji:zh"], given?.["guoji:en"]];
  return [lang === "en" ? en : zh, zh, en].filter(isText).map(plain).find(Boolean);
};

const placeOf = ({ readPoint, bizLocation }, lang) => {
  const id = [readPoint?.id, bizLocation?.id].find(isText);
  if (id === undefined) return "";
  const named = nameIn(readPoint?.["guoji:name"], lang);
  const shown = plain(id);
  const [gln, ...extension] = (shown.startsWith(GLN) ? shown.slice(GLN.length) : shown).split("/254/");
  return named ?? (/^\d+$/.test(gln) ? `GLN ${gln} ${extension.join("/254/")}`.trim() : gln);
};

// What goods are called where they come into being.
export const goodsIn = ({ ilmd }, lang) => nameIn(ilmd?.["guoji:name"], lang);

const readingsOf = ({ "guoji:readingCount": count, "guoji:device": device }, words) =>
  Number.isInteger(count) ? [(isText(device) ? `${plain(device)}: ` : "") + counted(words.reading, count)] : [];

const titleOf = (event, step, words) => {
  const isMade = step === "commissioning" || step === "creating_class_instance";
  const isOfLot = event.type === "ObjectEvent" && event.action === "ADD" && event.quantityList?.length;
  if (isMade && isOfLot) return words.steps.creating_class_instance;
  if (step === "commissioning" && event.type === "TransformationEvent") return words.processed;
  return textIn(words.steps, step, plain(step));
};

// By what a page marks its texts with: all texts of which that of this record has to be one. `moment` writes its time.
export const textsOf = ({ event, context, batch }, lang, moment) => {
  const words = CALLED[lang];
  const place = placeOf(event, lang);
  const amounts = ["quantityList", "outputQuantityList", "childQuantityList"]
    .flatMap((name) => listOf(event[name]))
    .filter((element) => typeof element?.quantity === "number")
    .map(({ quantity, uom }) => amount(quantity, uom, words));
  const units = ["childEPCs", "epcList", "outputEPCList"]
    .map((name) => listOf(event[name]).length)
    .filter((count) => count > 1)
    .map((count) => counted(words.unit, count));
  const became = textIn(words.dispositions, wordsOf(event.disposition, context)[0], "");
  const saying = (readings) => [place, ...amounts, ...units, ...readings, became].filter(Boolean).join(" · ");
  const whole = saying(readingsOf(event, words));
  return {
    title: [titleOf(event, wordsOf(event.bizStep, context)[0] ?? event.type, words)],
    at: [moment(event.eventTime)],
    place: [place],
    // What only calls itself a batch of readings is not shown as one.
    said: batch ? [whole] : [whole, saying([])],
  };
};

// The lines of a laboratory's table; residues are measured in thousandths of a milligram.
export const labLinesOf = (event, lang) => {
  const words = CALLED[lang];
  return listOf(event["guoji:labResults"]).flatMap((result) => {
    const { "guoji:analyte": analyte, "guoji:value": value, "guoji:uom": uom, "guoji:limit": limit } = result ?? {};
    const isNamed = isText(analyte) || [analyte?.["guoji:zh"], analyte?.["guoji:en"]].some(isText);
    if (!isNamed || !isText(uom) || typeof value !== "number") return [];
    const line = (nameIn(analyte, lang) ?? "–") + amount(value, uom, words, 6);
    if (typeof limit !== "number") return [line];
    const beside = words.limit.replace("{limit}", () => amount(limit, uom, words, 6));
    return [line + beside + (value > limit ? ` · ${words.above}` : "")];
  });
};
