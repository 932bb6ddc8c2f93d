// JSON from outside, read strictly (RFC 7493), and the one way to write it (RFC 8785).

import { refuse } from "./bytes.js";

const MAX_DEPTH = 64;

// JSON.parse() says whether it is JSON, but takes a name twice and rounds long integers.
export const parse = (text) => {
  JSON.parse(text);
  const tokens = text.match(/"(?:[^"\\]+|\\.)*"|[^\s:,"[\]{}]+|[[\]{}]/g);
  let at = 0;
  const next = (levels) => {
    const token = tokens[at++];
    if (!"[{".includes(token)) return scalar(token);
    const value = token === "[" ? [] : Object.create(null);
    while (!"]}".includes(tokens[at])) {
      const name = token === "{" ? scalar(tokens[at++]) : value.length;
      (name in value || !levels) && refuse(`name ${name}`);
      value[name] = next(levels - 1);
    }
    at++;
    return value;
  };
  return next(MAX_DEPTH);
};

const scalar = (token) => {
  const value = JSON.parse(token);
  if (typeof value !== "number") return value;
  const isFloat = /[.e]/i.test(token);
  (isFloat ? isFinite : Number.isSafeInteger)(value) || refuse(`number ${token}`);
  // Boxed, a float is never === an integer.
  return isFloat ? Object(value) : value;
};

export const isObject = (value) => /t]/.test(toString.call(value));

export const canonical = (value) =>
  Array.isArray(value)
    ? `[${value.map(canonical)}]`
    : isObject(value)
      ? `{${keysOf(value).map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`)}}`
      : JSON.stringify(value);

const keysOf = (value) => Object.keys(value).sort();

// The values of an object that has just these keys, in the order of the alphabet.
export const fieldsOf = (value, keys) =>
  JSON.stringify(keysOf(value)) === JSON.stringify(keys.split(","))
    ? keysOf(value).map((key) => value[key])
    : refuse(`object, want ${keys}`);
