// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title HashPerRecord
/// @notice One storage slot a record, as many traceability projects have it. Only here to compare its cost with.
contract HashPerRecord {
    /// @notice The hash of each record, by the record's id.
    mapping(bytes32 recordId => bytes32 hash) public hashOf;

    /// @notice Keep the hash of one record.
    /// @param recordId The record.
    /// @param hash Its hash.
    function store(bytes32 recordId, bytes32 hash) external {
        hashOf[recordId] = hash;
    }

    /// @notice Keep the hashes of many records.
    /// @param recordIds The records.
    /// @param hashes The hash of each, in the same order.
    function storeMany(bytes32[] calldata recordIds, bytes32[] calldata hashes) external {
        for (uint256 i; i < recordIds.length; ++i) hashOf[recordIds[i]] = hashes[i];
    }
}
