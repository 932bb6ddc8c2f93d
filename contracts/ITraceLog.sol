// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The newest checkpoint of each log, accepted only if it extends the one before
/// @notice A log is an RFC 9162 Merkle tree over SHA-256. Its id is SHA-256(origin, verifier key), made off chain.
/// Under its next key a log has another id, which takes over the head of the one before it.
/// The past stands in `CheckpointAppended` events; nobody, the administrator included, can change or remove it.
/// @dev Who may do what: the administrator (OpenZeppelin's `AccessControlDefaultAdminRules`) grants and revokes
/// roles; a holder of `PAUSER` stops and resumes appends, nothing else; a holder of `publisherRole(logId)` appends
/// to that one log.
interface ITraceLog {
    /// @notice The newest checkpoint that the contract holds for a log: what its last `CheckpointAppended` says.
    struct Head {
        /// RFC 9162 root over the log's first `size` entries.
        bytes32 root;
        /// How many entries; 0 when nothing has been appended to this log.
        uint64 size;
        /// Time of the block that appended it, in seconds since 1970 (some consortium chains count milliseconds).
        uint64 updatedAt;
    }

    /// @notice A log has grown to `size` entries under `root`.
    /// @param logId The log.
    /// @param size How many entries it has now.
    /// @param root The RFC 9162 root over all of them.
    event CheckpointAppended(bytes32 indexed logId, uint64 size, bytes32 root);

    /// @notice A log goes on under its next key, and nowhere else.
    /// @param oldLogId The log under the key before.
    /// @param newLogId The log under the next key.
    /// @param size How many entries were taken over.
    /// @param root The RFC 9162 root over all of them.
    event LogSucceeded(bytes32 indexed oldLogId, bytes32 indexed newLogId, uint64 size, bytes32 root);

    /// @notice The log goes on under its next key already.
    /// @param logId The log under the key before.
    error TraceLogSucceeded(bytes32 logId);

    /// @notice The log holds nothing that another could take over.
    /// @param logId The log under the key before.
    error TraceLogEmpty(bytes32 logId);

    /// @notice The log holds a tree of its own, so it cannot take over another.
    /// @param logId The log under the next key.
    /// @param heldSize What the contract holds.
    error TraceLogNotEmpty(bytes32 logId, uint64 heldSize);

    /// @notice The sender believed that the contract held `oldSize` entries; it holds `heldSize`.
    /// @param logId The log.
    /// @param heldSize What the contract holds.
    /// @param oldSize What the sender believed.
    error TraceLogStale(bytes32 logId, uint64 heldSize, uint64 oldSize);

    /// @notice `size` does not go beyond `oldSize`.
    /// @param logId The log.
    /// @param oldSize What the contract holds.
    /// @param size What was sent.
    error TraceLogNotGrowing(bytes32 logId, uint64 oldSize, uint64 size);

    /// @notice The proof does not show that the tree of `size` entries extends the held tree of `oldSize`.
    /// @param logId The log.
    /// @param oldSize What the contract holds.
    /// @param size What was sent.
    error TraceLogRewritten(bytes32 logId, uint64 oldSize, uint64 size);

    /// @notice Let a log grow, if the new tree provably keeps every entry of the old one.
    /// @dev A root does not commit to its size: the same proof can fit a false size nearby. The sender must compute
    /// root(size) itself before it sends.
    /// Reverts, in this order, with `AccessControlUnauthorizedAccount(account, neededRole)` for who is no publisher of
    /// this log, `EnforcedPause()`, `TraceLogSucceeded`, `TraceLogStale`, `TraceLogNotGrowing`, `TraceLogRewritten`.
    /// A log that holds nothing takes any size at once, so who reads a log that had keys before asks `predecessor`.
    /// @param logId The log.
    /// @param oldSize The size that the sender believes the contract to hold; anything else reverts.
    /// @param size The new number of entries.
    /// @param root The RFC 9162 root over all of them.
    /// @param proof RFC 9162 section 2.1.4 consistency proof from `oldSize` to `size`; empty when `oldSize` is 0.
    function append(bytes32 logId, uint64 oldSize, uint64 size, bytes32 root, bytes32[] calldata proof) external;

    /// @notice Let a log go on under its next key: `newLogId` takes over the head of `oldLogId`, which is closed.
    /// @dev So the next append to `newLogId` must extend the very tree that was held under the key before, and nobody
    /// appends to `oldLogId` again, whoever is granted its role. A log is succeeded once. What remains for the readers:
    /// who does not call this, and appends to `newLogId` at once, has begun a log without a past, and no predecessor
    /// says so.
    /// Reverts, in this order, with `AccessControlUnauthorizedAccount(account, neededRole)` for who is no publisher of
    /// both logs, `EnforcedPause()`, `TraceLogSucceeded`, `TraceLogEmpty`, `TraceLogNotEmpty`.
    /// @param oldLogId The log under the key before, with a head.
    /// @param newLogId The log under the next key, without one.
    function succeed(bytes32 oldLogId, bytes32 newLogId) external;

    /// @notice Stop appends and successions of every log. What is held stays readable.
    /// @dev Reverts with `AccessControlUnauthorizedAccount(account, PAUSER)`, or `EnforcedPause()` if paused already.
    function pause() external;

    /// @notice Allow appends and successions again.
    /// @dev Reverts with `AccessControlUnauthorizedAccount(account, PAUSER)`, or `ExpectedPause()` if not paused.
    function unpause() external;

    /// @notice The newest checkpoint of a log.
    /// @param logId The log.
    /// @return held Its head, all zero for a log without one.
    function head(bytes32 logId) external view returns (Head memory held);

    /// @notice The log whose head this one took over.
    /// @param logId The log under the next key.
    /// @return oldLogId The log under the key before; zero for a log that began with nothing.
    function predecessor(bytes32 logId) external view returns (bytes32 oldLogId);

    /// @notice Whether an entry stands in the newest tree of a log.
    /// @param logId The log.
    /// @param index The entry's place, from 0.
    /// @param leafHash SHA-256 of a zero byte and the entry (RFC 9162 section 2.1.1).
    /// @param proof RFC 9162 section 2.1.3 inclusion proof for the size that `head` holds.
    /// @return included False also for a proof of another length, another size, or a log that holds nothing.
    function verifyInclusion(bytes32 logId, uint64 index, bytes32 leafHash, bytes32[] calldata proof)
        external
        view
        returns (bool included);

    /// @notice The role that may append to this log and to no other.
    /// @param logId The log.
    /// @return role keccak256(keccak256("PUBLISHER"), logId).
    function publisherRole(bytes32 logId) external pure returns (bytes32 role);
}
