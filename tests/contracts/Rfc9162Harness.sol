// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Rfc9162} from "../../contracts/Rfc9162.sol";

// The library says what each of these does.
// solhint-disable use-natspec

/// @title Rfc9162Harness
/// @notice Lets the tests call the library's internal functions.
contract Rfc9162Harness {
    function consistent(uint64 oldSize, bytes32 oldRoot, uint64 size, bytes32 root, bytes32[] calldata proof)
        external
        view
        returns (bool)
    {
        return Rfc9162.consistent(oldSize, oldRoot, size, root, proof);
    }

    function includes(uint64 index, bytes32 leafHash, uint64 size, bytes32 root, bytes32[] calldata proof)
        external
        view
        returns (bool)
    {
        return Rfc9162.includes(index, leafHash, size, root, proof);
    }

    function nodeHash(bytes32 left, bytes32 right) external view returns (bytes32) {
        return Rfc9162.nodeHash(left, right);
    }

    /// @notice `nodeHash` in plain Solidity, to compare it with.
    function plainNodeHash(bytes32 left, bytes32 right) external pure returns (bytes32) {
        return sha256(abi.encodePacked(hex"01", left, right));
    }
}
