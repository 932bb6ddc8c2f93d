/** Holds a call to the error, values included, that the contract must end it with. */
import assert from "node:assert/strict";

import { BaseError, ContractFunctionRevertedError } from "viem";

export async function refuses(promise, name, args) {
  const error = await promise.then(() => assert.fail(`expected ${name}`), (raised) => raised);
  const revert = error instanceof BaseError && error.walk((cause) => cause instanceof ContractFunctionRevertedError);
  assert.ok(revert, error);
  assert.equal(revert.data?.errorName, name);
  assert.deepEqual(revert.data.args ?? [], args);
}
