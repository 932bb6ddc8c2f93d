// What the leaves of a batch say was measured: SenML (RFC 8428) in JSON or CBOR, signed (RFC 9052) or not.

const READING = "\x01\rguoji/reading";
const text = new TextDecoder();

// Of one item of CBOR (RFC 8949) at `at`: its value and where it ends. Only what SenML and COSE need.
const item = (bytes, at) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [major, info] = [bytes[at] >> 5, bytes[at] & 31];
  at++;
  if (major === 7 && info > 24) {
    const size = 1 << (info - 24);
    return [info === 25 ? half(view.getUint16(at)) : view[`getFloat${8 * size}`](at), at + size];
  }
  if (major === 7) return [info === 21, at];
  let value = info;
  if (info > 23) {
    const size = 1 << (info - 24);
    value = size === 8 ? Number(view.getBigUint64(at)) : view[`getUint${8 * size}`](at);
    at += size;
  }
  if (major < 2) return [major ? -1 - value : value, at];
  if (major === 6) {
    const [tagged, end] = item(bytes, at);
    return [value === 4 ? tagged[1] * 10 ** tagged[0] : tagged, end];
  }
  const end = at + value;
  if (major < 4) return [major === 3 ? text.decode(bytes.subarray(at, end)) : bytes.subarray(at, end), end];
  const parts = [];
  for (let left = major === 5 ? 2 * value : value; left; left--) {
    const [part, next] = item(bytes, at);
    parts.push(part);
    at = next;
  }
  if (major === 4) return [parts, at];
  const pairs = parts.flatMap((_, i) => (i % 2 ? [] : [parts.slice(i, i + 2)]));
  return [Object.fromEntries(pairs), at];
};

const half = (bits) => {
  const [exponent, part] = [(bits >> 10) & 31, bits & 1023];
  const size = exponent ? (1 + part / 1024) * 2 ** (exponent - 15) : part * 2 ** -24;
  return bits >> 15 ? -size : size;
};

// RFC 8428, table 4.
const LABELS = { "-2": "bn", "-3": "bt", "-5": "bv", 0: "n", 2: "v", 4: "vb", 6: "t" };

const recordsIn = (bytes) => {
  const [value] = item(bytes, 0);
  // COSE_Sign1 (RFC 9052): protected, unprotected, what was signed, signature.
  if (bytes[0] === 0xd2) return recordsIn(value[2]);
  const named = ([label, said]) => [LABELS[label] ?? label, said];
  return value.map((record) => Object.fromEntries(Object.entries(record).map(named)));
};

// The payload stands after version, domain, alias, epoch, number, arrival, how authenticated, and length.
const recordsOf = (leaf) => {
  const alias = 2 + leaf.charCodeAt(1);
  const payload = leaf.slice(alias + 30 + leaf.charCodeAt(alias));
  // Names of metrics are ASCII, so the bytes of a JSON text will do.
  if (payload < "\x80") return JSON.parse(payload);
  return recordsIn(Uint8Array.from(payload, (byte) => byte.charCodeAt()));
};

// By metric, all values with their times in milliseconds, from the leaves (texts of bytes) of a device's batch.
export const measuredIn = (leaves, alias) => {
  const found = {};
  const own = `${alias}:`;
  for (const leaf of leaves) {
    if (!leaf.startsWith(READING)) continue;
    let [name, time, base] = ["", 0, 0];
    for (const record of recordsOf(leaf)) {
      name = record.bn ?? name;
      time = record.bt ?? time;
      base = record.bv ?? base;
      if (typeof record.v !== "number") continue;
      const full = name + (record.n ?? "");
      const metric = full.startsWith(own) ? full.slice(own.length) : full;
      (found[metric] ??= []).push([Math.floor((time + (record.t ?? 0)) * 1000 + 0.5), base + record.v]);
    }
  }
  return found;
};
