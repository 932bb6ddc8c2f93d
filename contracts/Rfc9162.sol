// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Rfc9162
/// @notice Checks Merkle proofs as RFC 9162 section 2.1 defines them, over SHA-256.
/// @dev The climb from a node to the root has two parts. On the lower `inner` levels the node's bit says whether it is
/// a right child. From there up it lies on the tree's right edge: a level either has a sibling on the left or none, in
/// which case the proof has no hash for it. So the sizes alone say how long a proof is and which side each hash is on,
/// and the RFC's running comparison of `fn` with `sn` becomes one mask.
library Rfc9162 {
    /// @notice Whether the tree of `size` entries keeps every entry of the tree of `oldSize` (section 2.1.4.2).
    /// @dev The caller ensures oldSize < size. Every tree extends the empty one, with an empty proof.
    /// @param oldSize Entries of the old tree.
    /// @param oldRoot Its root; ignored if it is empty.
    /// @param size Entries of the new tree.
    /// @param root Its root.
    /// @param proof Hashes as section 2.1.4.1 orders them.
    /// @return Whether both roots follow from the proof, and it has the length that the sizes ask for.
    function consistent(uint64 oldSize, bytes32 oldRoot, uint64 size, bytes32 root, bytes32[] calldata proof)
        internal
        view
        returns (bool)
    {
        if (oldSize == 0) return proof.length == 0;

        unchecked {
            // The climb starts at the largest whole subtree that ends the old tree.
            (uint256 node, uint256 last) = (oldSize - 1, size - 1);
            while (node & 1 == 1) {
                node >>= 1;
                last >>= 1;
            }
            // When that is the whole old tree, its root is known already and the proof leaves it out.
            uint256 first = node == 0 ? 0 : 1;
            (uint256 rightChild, uint256 length) = _climb(node, last);
            if (proof.length != first + length) return false;

            bytes32 oldHash = node == 0 ? oldRoot : proof[0];
            bytes32 hash = oldHash;
            for (uint256 i = first; i < proof.length; ++i) {
                bytes32 sibling = proof[i];
                if (rightChild & 1 == 1) {
                    oldHash = nodeHash(sibling, oldHash);
                    hash = nodeHash(sibling, hash);
                } else {
                    hash = nodeHash(hash, sibling);
                }
                rightChild >>= 1;
            }
            return oldHash == oldRoot && hash == root;
        }
    }

    /// @notice Whether `leafHash` is entry `index` of the tree of `size` entries (section 2.1.3.2).
    /// @param index The entry's place, from 0.
    /// @param leafHash SHA-256(0x00, entry).
    /// @param size Entries of the tree.
    /// @param root Its root.
    /// @param proof Hashes as section 2.1.3.1 orders them.
    /// @return Whether the root follows from the proof, and it has the length that index and size ask for.
    function includes(uint64 index, bytes32 leafHash, uint64 size, bytes32 root, bytes32[] calldata proof)
        internal
        view
        returns (bool)
    {
        if (index >= size) return false;

        unchecked {
            (uint256 rightChild, uint256 length) = _climb(index, size - 1);
            if (proof.length != length) return false;

            bytes32 hash = leafHash;
            for (uint256 i; i < proof.length; ++i) {
                hash = rightChild & 1 == 1 ? nodeHash(proof[i], hash) : nodeHash(hash, proof[i]);
                rightChild >>= 1;
            }
            return hash == root;
        }
    }

    /// @notice SHA-256(0x01, left, right), without copying: a proof needs up to two a level.
    /// @param left Hash of the left child.
    /// @param right Hash of the right child.
    /// @return hash Hash of their parent.
    // slither-disable-next-line assembly
    function nodeHash(bytes32 left, bytes32 right) internal view returns (bytes32 hash) {
        assembly ("memory-safe") {
            // 65 bytes from 0: scratch space, and the top byte of the free memory pointer, which is always zero.
            mstore8(0, 1)
            mstore(1, left)
            mstore(33, right)
            // 2 is the SHA-256 precompile; it fails only for want of gas.
            if iszero(staticcall(gas(), 2, 0, 65, 0, 32)) { revert(0, 0) }
            hash := mload(0)
            mstore8(64, 0)
        }
    }

    /// @dev How `node` climbs to the root on a level whose last node is `last`: `length` siblings, of which number i
    /// is on the left where bit i of `rightChild` is set.
    function _climb(uint256 node, uint256 last) private pure returns (uint256 rightChild, uint256 length) {
        unchecked {
            uint256 inner = node == last ? 0 : Math.log2(node ^ last) + 1;
            rightChild = node | (type(uint256).max << inner);
            length = inner;
            for (uint256 edge = node >> inner; edge != 0; edge &= edge - 1) ++length;
        }
    }
}
