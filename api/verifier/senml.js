// What the payload of a reading measured (SenML, RFC 8428, in JSON or CBOR). Throws for what is not read here.

import METRICS from "../../traceability/telemetry/metrics.json";
import { refuse } from "./bytes.js";

const LABELS = { "-5": "bv", "-4": "bu", "-3": "bt", "-2": "bn", 0: "n", 1: "u", 2: "v", 4: "vb", 6: "t" };
const NUMBERS = new Set(["epoch", "seq", "abandoned_first", "abandoned_last"]);
const DECIMAL_FRACTION = 4;
const SIGNED = "\xd2";
const MAX_VALUE = 1e9;

export const isCbor = (payload) => /^[\x80-\x9f\xd2]/.test(payload);

// Tells `take` of each measurement: its metric, whole steps of it, milliseconds since 1970. `decode` reads CBOR.
export const measure = (payload, { alias, epoch, sequence }, decode, take) => {
  let [name, unit, time, base] = ["", undefined, 0, 0];
  const numbers = {};
  const ours = `${alias}:`;
  for (const record of recordsIn(payload, decode)) {
    const { bn = name, bu = unit, bt = time, bv = base, n = "", u = bu, t = 0, v, vb } = record;
    name = bn;
    unit = bu;
    time = bt;
    base = bv;
    const full = bn + n;
    const metric = full.startsWith(ours) ? full.slice(ours.length) : full;
    const value = vb ?? bv + v;
    const at_ms = Math.floor((bt + t) * 1000 + 0.5);
    Number.isFinite(at_ms) || refuse("time");
    if (NUMBERS.has(metric)) numbers[metric] = value;
    else take(metric, stepsOf(metric, value, u), at_ms);
  }
  (numbers.epoch === epoch && numbers.seq === sequence) || refuse("payload");
};

const recordsIn = (payload, decode) => {
  const senml = payload.startsWith(SIGNED) ? decode(payload).content[2] : payload;
  if (isCbor(senml)) return decode(senml).map(named);
  return JSON.parse(/[\x80-\xff]/.test(senml) ? decodeURIComponent(escape(senml)) : senml);
};

const named = (record) =>
  Object.fromEntries(Object.entries(record).map(([label, value]) => [LABELS[label] ?? label, plain(value)]));

const plain = (value) =>
  value?.tag === DECIMAL_FRACTION ? Number(`${value.content[1]}e${value.content[0]}`) : value;

const stepsOf = (name, value, unit) => {
  const metric = (Object.hasOwn(METRICS, name) && METRICS[name]) || refuse("metric");
  const isSound =
    metric.unit === null ? typeof value === "boolean" : typeof value === "number" && unit === metric.unit;
  (isSound && Math.abs(value) <= MAX_VALUE) || refuse("value");
  return scaled(Number(value), metric);
};

// Whole steps of 10^-decimals, half away from zero, of the shortest decimal that reads back as this double: its point is
// moved, since a factor is a power of ten. What is written with an exponent is too small to make a step.
const scaled = (value, { factor, decimals }) => {
  const places = Math.round(Math.log10(factor)) + decimals;
  // Most often it is a whole number of steps, as near as a double can be.
  const near = Math.round(value * 10 ** places);
  if (near / 10 ** places === value) return near;
  const [whole, fraction = ""] = `${Math.abs(value)}`.split(".");
  if (whole.includes("e") || fraction.includes("e")) return 0;
  const digits = `000${whole}${fraction}`;
  const point = 3 + whole.length + places;
  const steps = Number(digits.padEnd(point, "0").slice(0, point)) + (digits[point] >= "5" ? 1 : 0);
  return value < 0 ? -steps : steps;
};
