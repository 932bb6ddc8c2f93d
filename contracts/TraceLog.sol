// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    AccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

import {ITraceLog} from "./ITraceLog.sol";
import {Rfc9162} from "./Rfc9162.sol";

/// @title TraceLog
/// @notice Holds the newest checkpoint of each log and refuses a rewritten history.
contract TraceLog is ITraceLog, AccessControlDefaultAdminRules, Pausable {
    /// @dev A head, and whether another log took it over. `append` reads both storage slots anyway.
    struct Log {
        bytes32 root;
        uint64 size;
        uint64 updatedAt;
        bool succeeded;
    }

    /// @notice The role that stops and resumes appends.
    bytes32 public constant PAUSER = keccak256("PAUSER");

    bytes32 private constant _PUBLISHER = keccak256("PUBLISHER");

    mapping(bytes32 logId => Log log) private _logs;

    /// @inheritdoc ITraceLog
    mapping(bytes32 logId => bytes32 oldLogId) public predecessor;

    /// @notice Makes a contract that holds no log yet and has one administrator, but no publisher and no pauser.
    /// @param adminDelay Seconds that a change of administrator waits before it can be accepted.
    /// @param admin Grants and revokes roles; has no power over the heads.
    constructor(uint48 adminDelay, address admin) AccessControlDefaultAdminRules(adminDelay, admin) {}

    /// @inheritdoc ITraceLog
    function append(bytes32 logId, uint64 oldSize, uint64 size, bytes32 root, bytes32[] calldata proof)
        external
        onlyRole(publisherRole(logId))
        whenNotPaused
    {
        Log storage held = _logs[logId];
        if (held.succeeded) revert TraceLogSucceeded(logId);
        if (held.size != oldSize) revert TraceLogStale(logId, held.size, oldSize);
        if (size <= oldSize) revert TraceLogNotGrowing(logId, oldSize, size);
        if (!Rfc9162.consistent(oldSize, held.root, size, root, proof)) {
            revert TraceLogRewritten(logId, oldSize, size);
        }

        _hold(logId, size, root);
    }

    /// @inheritdoc ITraceLog
    function succeed(bytes32 oldLogId, bytes32 newLogId)
        external
        onlyRole(publisherRole(oldLogId))
        onlyRole(publisherRole(newLogId))
        whenNotPaused
    {
        Log storage old = _logs[oldLogId];
        (bytes32 root, uint64 size, uint64 newSize) = (old.root, old.size, _logs[newLogId].size);
        if (old.succeeded) revert TraceLogSucceeded(oldLogId);
        if (size == 0) revert TraceLogEmpty(oldLogId);
        if (newSize != 0) revert TraceLogNotEmpty(newLogId, newSize);

        old.succeeded = true;
        predecessor[newLogId] = oldLogId;
        _hold(newLogId, size, root);
        emit LogSucceeded(oldLogId, newLogId, size, root);
    }

    /// @inheritdoc ITraceLog
    function pause() external onlyRole(PAUSER) {
        _pause();
    }

    /// @inheritdoc ITraceLog
    function unpause() external onlyRole(PAUSER) {
        _unpause();
    }

    /// @inheritdoc ITraceLog
    function head(bytes32 logId) external view returns (Head memory) {
        Log storage held = _logs[logId];
        return Head({root: held.root, size: held.size, updatedAt: held.updatedAt});
    }

    /// @inheritdoc ITraceLog
    function verifyInclusion(bytes32 logId, uint64 index, bytes32 leafHash, bytes32[] calldata proof)
        external
        view
        returns (bool)
    {
        Log storage held = _logs[logId];
        return Rfc9162.includes(index, leafHash, held.size, held.root, proof);
    }

    /// @inheritdoc ITraceLog
    function publisherRole(bytes32 logId) public pure returns (bytes32) {
        return keccak256(abi.encode(_PUBLISHER, logId));
    }

    function _hold(bytes32 logId, uint64 size, bytes32 root) private {
        _logs[logId] = Log({root: root, size: size, updatedAt: uint64(block.timestamp), succeeded: false});
        emit CheckpointAppended(logId, size, root);
    }
}
