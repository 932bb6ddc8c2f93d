// Bytes as strings of characters 0 to 255, as atob() makes them: they join with +, compare with ===, match patterns.

// Without an outcome it is the file or the policy that is malformed, and no step answers for that.
export const refuse = (detail, outcome) => {
  throw Object.assign(Error(outcome ? detail : `malformed ${detail}`), { outcome, detail });
};

// A check found something untrue; a check could not run.
export const failed = (detail) => refuse(detail, "failed");
export const unchecked = (detail) => refuse(detail, "unchecked");

export const ZERO = /* @__PURE__ */ "\0".repeat(32);

export const pad = (number, radix, digits) => number.toString(radix).padStart(digits, 0);
export const hex = (bytes) => bytes.replace(/[^]/g, (byte) => pad(byte.charCodeAt(), 16, 2));
export const number = (bytes) => BigInt("0x" + hex(bytes));
export const toBytes = (number, size) =>
  pad(number, 16, 2 * size).replace(/../g, (pair) => String.fromCharCode("0x" + pair));

// Throws for half a surrogate pair.
export const utf8 = (text) => unescape(encodeURIComponent(text));

// Each value has one spelling: atob() alone would pass over spaces and spare bits.
export const base64 = (text) => {
  const bytes = atob(text);
  return btoa(bytes) === text ? bytes : refuse("base64");
};

// A loop takes a fortieth of the time that Uint8Array.from() does.
export const toArray = (bytes) => {
  const array = new Uint8Array(bytes.length);
  for (let at = 0; at < array.length; at++) array[at] = bytes.charCodeAt(at);
  return array;
};

// WebCrypto; what a browser lacks of it (Ed25519; all of it on plain http) does a file that is loaded only then.
const subtle = async (use) => {
  try {
    return await use(crypto.subtle);
  } catch {
    return use(await import("./verify-ed25519.js"));
  }
};

export const sha256 = async (bytes) =>
  String.fromCharCode(...new Uint8Array(await subtle((own) => own.digest("SHA-256", toArray(bytes)))));

export const isSignature = (signature, text, key) =>
  subtle(async (own) =>
    own.verify(
      "Ed25519",
      await own.importKey("raw", toArray(key), "Ed25519", false, ["verify"]),
      toArray(signature),
      toArray(text),
    ),
  );

export const prefix = (domain) => `\x01${String.fromCharCode(domain.length + 6)}guoji/${domain}`;
export const digest = (domain, bytes) => sha256(prefix(domain) + bytes);
