// What a live room showed and said on air, from the segments of its record: whether they fit, and what was on at a moment.

import { failed, unchecked } from "../verifier/bytes.js";
import { canonical, isObject } from "../verifier/json.js";

// So long before and after a moment, what was said still belongs to it.
const AROUND_MS = 30_000;
const STRUCK = 3;
const WITHHELD = '{"leftOut":true}';
const LONGEST = 2000;

const isText = (value) => typeof value === "string" && [...value].length <= LONGEST;
const isList = (value) => Array.isArray(value);
const SEGMENT = {
  room: isText,
  title: isText,
  lang: isText,
  segment: Number.isInteger,
  from: isText,
  until: isText,
  records: isList,
};
const RECORD = { number: Number.isInteger, at: isText, kind: isText };
// What a record of a kind may say, and is read here.
const OF_KIND = {
  phase: ["phase", isText],
  warned: ["level", Number.isInteger],
  answered: ["warning", Number.isInteger],
};
const TIME =
  /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3])(:[0-5]\d){2}(\.\d{1,3})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

const check = (holds, detail) => holds || failed(detail);

const take = (value, kinds, where) => {
  check(isObject(value), `${where} is not a JSON object`);
  for (const name in kinds)
    check(kinds[name](value[name]), `${name} of ${where} is missing, or of the wrong kind`);
};

const timeOf = (text, what) => {
  const [, day] = TIME.exec(text) ?? [];
  // Date.parse() takes 30 February for a day in March.
  const isDay = day > "1970" && day < "3000" && new Date(Date.parse(day) || 0).toISOString().startsWith(day);
  return isDay ? Date.parse(text) : failed(`${what} is ${text}, want a time such as 2026-11-20T06:30:00.125Z`);
};

export const told = (at) => `${new Date(at).toISOString().replace("T", " ").slice(0, -1)} UTC`;

// What one event says was on air, in the shape that it should have; null for an event of no such record.
export const segmentOf = (event) => {
  const said = event["guoji:onAir"] ?? null;
  if (said === null) return null;
  take(said, SEGMENT, "guoji:onAir");
  const odd = Object.keys(said).find((name) => name !== "begin" && !Object.hasOwn(SEGMENT, name));
  check(odd === undefined, `guoji:onAir has the unknown name ${odd}`);
  const { room, title, segment: number, begin = null } = said;
  check(begin === null ? !("begin" in said) : isObject(begin), "begin of guoji:onAir is of the wrong kind");
  const records = said.records.map((each, place) => recordOf(each, `record ${place + 1} of a segment`));
  const [start, until] = ["from", "until"].map((name) => timeOf(said[name], `${name} of guoji:onAir`));
  const named = [event.epcList ?? []].flat();
  check(named.length === 1, `a segment of an on-air record names ${named.length} rooms, want one`);
  check(!("errorDeclaration" in event), `segment ${number} was declared wrong, which nobody may do`);
  return { urn: named[0], room, title, number, start, until, begin, records };
};

const recordOf = (value, where) => {
  take(value, RECORD, where);
  const { number, at, kind, ...body } = value;
  const [name, isWanted] = (Object.hasOwn(OF_KIND, kind) && OF_KIND[kind]) || [];
  if (name in body) take(body, { [name]: isWanted }, where);
  return { number, at: timeOf(at, `at of ${where}`), kind, body };
};

// The segments of one room in their order, each once.
export const joined = (segments) => {
  segments[0] || unchecked("no event here is of an on-air record");
  const ordered = [...segments].sort((a, b) => a.number - b.number);
  ordered.forEach(checkInside);
  ordered.slice(1).forEach((after, i) => checkNext(ordered[i], after));
  checkPhases(recordsOf(ordered));
  return ordered;
};

export const recordsOf = (segments) => segments.flatMap(({ records }) => records);

const checkInside = ({ number, records, start, until, begin }) => {
  const name = `segment ${number}`;
  check(
    number > 0 && records[0],
    `${name} has ${records.length} records, want a number from 1 and some records`,
  );
  records.slice(1).forEach((after, i) => {
    const before = records[i].number;
    check(after.number === before + 1, `in ${name} record ${after.number} comes after record ${before}`);
  });
  const times = [start, ...records.map(({ at }) => at), until];
  times.slice(1).forEach((later, i) => {
    check(later >= times[i], `in ${name} ${told(later)} comes after ${told(times[i])}`);
  });
  const first = records[0].number;
  const isFirst = number !== 1 || (first === 1 && begin === null);
  check(isFirst, `${name} begins with record ${first}, want record 1 and nothing before`);
  for (const { kind, body, number: at } of records)
    check(kind !== "shown" || isObject(body.state), `record ${at} in ${name} shows no state`);
};

const checkNext = (before, after) => {
  const isOne = after.urn === before.urn && after.room === before.room;
  check(isOne, `segments are of the rooms ${before.room} and ${after.room}, want one room`);
  const { number } = after;
  check(number !== before.number, `segment ${number} is there twice`);
  check(number === before.number + 1, `segments ${before.number + 1} to ${number - 1} are missing`);
  const [starts, ended] = [after.start, before.until];
  check(
    starts === ended,
    `segment ${number} begins at ${told(starts)}, the one before ends at ${told(ended)}`,
  );
  const [first, last] = [after.records[0].number, before.records.at(-1).number];
  check(
    first === last + 1,
    `segment ${number} begins with record ${first}, the one before ends with ${last}`,
  );
  const shown = before.records.filter(({ kind }) => kind === "shown").at(-1);
  const [begins, stood] = [after.begin, shown ? shown.body.state : before.begin].map(canonical);
  // A hole that says so fits everything: what stood there cannot be compared.
  const fits = begins === stood || [begins, stood].includes(WITHHELD);
  check(fits, `segment ${number} does not begin with what was shown when the one before ended`);
};

// A broadcast begins with its first record, ends once, and shows and hears nothing after that.
const checkPhases = (records) => {
  let hasEnded = false;
  for (const { number, kind, body } of records) {
    const phase = kind === "phase" ? body.phase : undefined;
    check(number !== 1 || phase === "on_air", `record 1 is ${phase ?? kind}, want the phase on_air`);
    const isWanted = phase === undefined || phase === (number === 1 ? "on_air" : "ended");
    check(isWanted, `record ${number} says that the room is ${phase} by then`);
    const isLate = hasEnded && ["phase", "shown", "said"].includes(kind);
    check(!isLate, `record ${number} is of kind ${kind}, after the room had ended`);
    hasEnded ||= phase === "ended";
  }
};

// When it ended; null if it was still on air when the last of these was told.
export const endOf = (segments) => {
  const last = recordsOf(segments)
    .filter(({ kind }) => kind === "phase")
    .at(-1);
  return last?.body.phase === "ended" ? last.at : null;
};

// What was on air at `asked`, in milliseconds; null if nothing was.
export const onAirAt = (segments, asked) => {
  const [first, last, end] = [segments[0], segments.at(-1), endOf(segments)];
  if (asked < first.start && first.number !== 1)
    unchecked(`the segments here begin at ${told(first.start)} only`);
  if (asked < first.start || (end !== null && asked >= end)) return null;
  if (asked > last.until) unchecked(`the segments here reach to ${told(last.until)} only`);
  const records = recordsOf(segments);
  const past = records.filter(({ at }) => at <= asked);
  const said = records.filter(({ kind, at }) => kind === "said" && Math.abs(at - asked) <= AROUND_MS);
  const shown = past.filter(({ kind }) => kind === "shown").map(({ at, body }) => ({ at, state: body.state }));
  const states = [{ at: first.start, state: first.begin }, ...shown];
  // On record again while it stays the same, so that quiet minutes are proven, too.
  const newest = canonical(states.at(-1).state);
  const other = states.findLastIndex(({ state }) => canonical(state) !== newest);
  const answered = past.filter(({ kind }) => kind === "answered").map(({ body }) => body.warning);
  return {
    state: states.at(-1).state,
    since: states[other + 1].at,
    said,
    open: past.filter(
      ({ kind, body, number }) => kind === "warned" && body.level === STRUCK && !answered.includes(number),
    ),
    segments: segments
      .filter(
        ({ start, until, records: own }) =>
          (start <= asked && asked <= until) || own.some((record) => said.includes(record)),
      )
      .map(({ number }) => number),
  };
};
