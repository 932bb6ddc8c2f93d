// CBOR (RFC 8949), no more of it than readings need: definite lengths, and tags that the reader knows.

import { number, refuse, toArray } from "./bytes.js";

const [NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG, SIMPLE] = [1, 2, 3, 4, 5, 6, 7];
const MAX_DEPTH = 8;

// Byte strings come as strings of characters 0 to 255, a tag as { tag, content }.
export const decode = (bytes) => {
  let at = 0;
  const take = (length) => {
    const taken = bytes.slice(at, (at += length));
    return taken.length === length ? taken : refuse("CBOR");
  };
  const argumentOf = (info) => {
    if (info < 24) return info;
    const value = info < 28 ? Number(number(take(2 ** (info - 24)))) : NaN;
    return Number.isSafeInteger(value) ? value : refuse("CBOR");
  };
  const item = (depth) => {
    const [initial] = toArray(take(1));
    const [major, info] = [initial >> 5, initial & 31];
    if (major === SIMPLE) return simple(info, take);
    const value = argumentOf(info);
    const many = (read) => (depth ? Array.from(Array(Math.min(value, bytes.length)), read) : refuse("CBOR"));
    if (major === NEGATIVE) return -1 - value;
    if (major === BYTES) return take(value);
    if (major === TEXT) return decodeURIComponent(escape(take(value)));
    if (major === ARRAY) return many(() => item(depth - 1));
    if (major === MAP) return Object.fromEntries(many(() => [item(depth - 1), item(depth - 1)]));
    return major === TAG ? { tag: value, content: item(depth - 1) } : value;
  };
  const found = item(MAX_DEPTH);
  return at === bytes.length ? found : refuse("CBOR");
};

const simple = (info, take) => {
  if (info === 20 || info === 21) return info === 21;
  if (info === 25) return half(Number(number(take(2))));
  const size = { 26: 4, 27: 8 }[info] ?? refuse("CBOR");
  const view = new DataView(toArray(take(size)).buffer);
  return size === 4 ? view.getFloat32(0) : view.getFloat64(0);
};

const half = (bits) => {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, (bits & 1023) / 1024];
  if (exponent === 31) return NaN;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction) : 2 ** -14 * fraction);
};
