/** RFC 9162 section 2.1, written as the RFC words it: slow and obvious, to compare the contract with. */
import { createHash } from "node:crypto";

const sha256 = (...parts) => `0x${createHash("sha256").update(Buffer.concat(parts)).digest("hex")}`;
const bytes = (hash) => Buffer.from(hash.slice(2), "hex");

export const leafHash = (entry) => sha256(Buffer.of(0), Buffer.from(entry));
export const nodeHash = (left, right) => sha256(Buffer.of(1), bytes(left), bytes(right));

/** The largest power of two smaller than `size`. */
const split = (size) => 2 ** Math.ceil(Math.log2(size) - 1);

/** The tree over these entries, as the function MTH(D[start:end]). */
export function treeOf(entries) {
  const leaves = entries.map(leafHash);
  return function mth(start, end) {
    if (end - start === 1) return leaves[start];
    const middle = start + split(end - start);
    return nodeHash(mth(start, middle), mth(middle, end));
  };
}

/** A tree of any size whose entries are all alike, so that a billion of them cost thirty hashes. */
export function treeOfAlike(entry) {
  const known = new Map([[1, leafHash(entry)]]);
  const ofSize = (size) => {
    if (!known.has(size)) known.set(size, nodeHash(ofSize(split(size)), ofSize(size - split(size))));
    return known.get(size);
  };
  return (start, end) => ofSize(end - start);
}

/** PATH(index, D[start:end]), section 2.1.3.1. */
export function inclusionProof(mth, index, end, start = 0) {
  if (end - start === 1) return [];
  const middle = start + split(end - start);
  return index < middle
    ? [...inclusionProof(mth, index, middle, start), mth(middle, end)]
    : [...inclusionProof(mth, index, end, middle), mth(start, middle)];
}

/** PROOF(oldSize, D[0:size]), section 2.1.4.1; empty from the empty tree. */
export function consistencyProof(mth, oldSize, size) {
  return oldSize === 0 ? [] : subproof(mth, oldSize, 0, size, true);
}

function subproof(mth, old, start, end, whole) {
  if (old === end) return whole ? [] : [mth(start, end)];
  const middle = start + split(end - start);
  return old <= middle
    ? [...subproof(mth, old, start, middle, whole), mth(middle, end)]
    : [...subproof(mth, old, middle, end, false), mth(start, middle)];
}

/** Section 2.1.4.2, step by step; the empty tree is a part of every tree, by an empty proof. Sizes are BigInts. */
export function isConsistent(first, firstHash, second, secondHash, proof) {
  if (first === 0n) return proof.length === 0;
  const path = (first & (first - 1n)) === 0n ? [firstHash, ...proof] : proof;
  if (path.length === 0) return false;
  let [fn, sn] = [first - 1n, second - 1n];
  while (fn & 1n) [fn, sn] = [fn >> 1n, sn >> 1n];
  let [fr, sr] = [path[0], path[0]];
  for (const c of path.slice(1)) {
    if (sn === 0n) return false;
    if (fn & 1n || fn === sn) {
      [fr, sr] = [nodeHash(c, fr), nodeHash(c, sr)];
      while (!(fn & 1n) && fn !== 0n) [fn, sn] = [fn >> 1n, sn >> 1n];
    } else {
      sr = nodeHash(sr, c);
    }
    [fn, sn] = [fn >> 1n, sn >> 1n];
  }
  return fr === firstHash && sr === secondHash && sn === 0n;
}

/** Numbers that look random and are the same every time. */
export function numbersFrom(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
