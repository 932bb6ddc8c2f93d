/** What TraceLog must do, in plain JavaScript: the twin that the fuzz test compares the contract with. */
import { getAddress, zeroHash } from "viem";

import { isConsistent } from "./merkle.js";

export class Model {
  paused = false;
  publishers = new Set();
  /** Every head that was ever held: { log, size, root, updatedAt }. */
  history = [];
  /** By each log that took over another: that other. */
  predecessors = new Map();

  constructor(roleOf) {
    this.roleOf = roleOf;
  }

  head(log) {
    const { size, root, updatedAt } = this.history.findLast((each) => each.log === log) ??
      { size: 0n, root: zeroHash, updatedAt: 0n };
    return { root, size, updatedAt };
  }

  predecessor(log) {
    return this.predecessors.get(log) ?? zeroHash;
  }

  grant(account, log) {
    this.publishers.add(`${account} ${log}`);
  }

  revoke(account, log) {
    this.publishers.delete(`${account} ${log}`);
  }

  may(account, log) {
    return this.publishers.has(`${account} ${log}`);
  }

  /** The error that this append must end with and its values; undefined if it is to be taken. */
  refusal(account, [log, oldSize, size, root, proof]) {
    const held = this.head(log);
    const shut = this.refusalToAny(account, log);
    if (shut) return shut;
    if (this.isSucceeded(log)) return ["TraceLogSucceeded", [log]];
    if (oldSize !== held.size) return ["TraceLogStale", [log, held.size, oldSize]];
    if (size <= oldSize) return ["TraceLogNotGrowing", [log, oldSize, size]];
    if (!isConsistent(oldSize, held.root, size, root, proof)) return ["TraceLogRewritten", [log, oldSize, size]];
  }

  append([log, , size, root], updatedAt) {
    this.history.push({ log, size, root, updatedAt });
  }

  /** The same for a succession. */
  refusalToSucceed(account, [old, next]) {
    const shut = this.refusalToAny(account, old, next);
    if (shut) return shut;
    if (this.isSucceeded(old)) return ["TraceLogSucceeded", [old]];
    if (this.head(old).size === 0n) return ["TraceLogEmpty", [old]];
    if (this.head(next).size !== 0n) return ["TraceLogNotEmpty", [next, this.head(next).size]];
  }

  succeed([old, next], updatedAt) {
    this.history.push({ ...this.head(old), log: next, updatedAt });
    this.predecessors.set(next, old);
  }

  refusalToAny(account, ...logs) {
    const denied = logs.find((log) => !this.may(account, log));
    if (denied) return ["AccessControlUnauthorizedAccount", [getAddress(account), this.roleOf(denied)]];
    if (this.paused) return ["EnforcedPause", []];
  }

  isSucceeded(log) {
    return [...this.predecessors.values()].includes(log);
  }
}
