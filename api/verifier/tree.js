// Merkle trees: that an entry lies in the log (RFC 9162, section 2.1.3.2).

import { failed, hex, pad, sha256 } from "./bytes.js";

export const leafHash = (entry) => sha256("\0" + entry);
const nodeHash = (left, right) => sha256("\x01" + left + right);

// Up from `node` to a root. `way` has a bit a level, 1 where the way comes from the right; the last is the first.
export const climb = async (node, way, siblings, join, root) => {
  siblings.length === way.length || failed(`proof has ${siblings.length} hashes, want ${way.length}`);
  [node, root, ...siblings].every(({ length }) => length === 32) || failed("a hash has not 32 bytes");
  for (const [level, sibling] of siblings.entries())
    node = await (+way.at(-1 - level) ? join(sibling, node) : join(node, sibling));
  node === root || failed(`proof leads to ${hex(node)}, not to ${hex(root)}`);
};

// `index` and `size` are BigInts, since they may pass 2^53.
export const checkInclusion = async (index, size, leaf, proof, root) => {
  (0 <= index && index < size) || failed(`entry ${index} lies outside a log of ${size}`);
  const [way, apart] = [index, index ^ (size - 1n)].map((bits) => pad(bits, 2, 99));
  // From here up it follows the right edge, where nodes without a sibling rise and the others have it on the left.
  const edge = `${apart}1`.indexOf(1);
  await climb(leaf, way.slice(0, edge).replace(/0/g, "") + way.slice(edge), proof, nodeHash, root);
};
