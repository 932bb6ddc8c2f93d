/** What TraceLog must do, in plain JavaScript: the twin that the fuzz test compares the contract with. */
import { getAddress, zeroHash } from "viem";

import { isConsistent } from "./merkle.js";

export class Model {
  paused = false;
  publishers = new Set();
  /** Every append that was taken: { log, size, root, updatedAt }. */
  history = [];

  constructor(roleOf) {
    this.roleOf = roleOf;
  }

  head(log) {
    const { size, root, updatedAt } = this.history.findLast((each) => each.log === log) ??
      { size: 0n, root: zeroHash, updatedAt: 0n };
    return { root, size, updatedAt };
  }

  grant(account, log) {
    this.publishers.add(`${account} ${log}`);
  }

  revoke(account, log) {
    this.publishers.delete(`${account} ${log}`);
  }

  /** The error that this append must end with and its values; undefined if it is to be taken. */
  refusal(account, [log, oldSize, size, root, proof]) {
    const held = this.head(log);
    if (!this.publishers.has(`${account} ${log}`)) {
      return ["AccessControlUnauthorizedAccount", [getAddress(account), this.roleOf(log)]];
    }
    if (this.paused) return ["EnforcedPause", []];
    if (oldSize !== held.size) return ["TraceLogStale", [log, held.size, oldSize]];
    if (size <= oldSize) return ["TraceLogNotGrowing", [log, oldSize, size]];
    if (!isConsistent(oldSize, held.root, size, root, proof)) return ["TraceLogRewritten", [log, oldSize, size]];
  }

  append([log, , size, root], updatedAt) {
    this.history.push({ log, size, root, updatedAt });
  }
}
