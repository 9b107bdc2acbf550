// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What an issuer attested under one root. One word, high to low:
/// kind 64 | algorithm 8 | size 40 | key index 16 | seq 32 | block 48 | time 48.
type Batch is uint256;

using {record, isEmpty, kind, algorithm, size, keyIndex, seq, blockNumber, time} for Batch global;

/// @notice The fields of a {Batch}, spelled out.
/// @param kind What is attested: eight ASCII characters, zero-padded.
/// @param algorithm Hash of the tree: 1 SHA-256, 2 SM3.
/// @param size Number of leaves.
/// @param keyIndex The issuer's key that attested.
/// @param seq Position of the attestation in the issuer's history, from 1.
/// @param blockNumber Block of the attestation.
/// @param time Time of that block.
struct BatchRecord {
    bytes8 kind;
    uint8 algorithm;
    uint40 size;
    uint16 keyIndex;
    uint32 seq;
    uint48 blockNumber;
    uint48 time;
}

/// @notice Packs a batch attested in this block.
function newBatch(bytes8 kind_, uint8 algorithm_, uint40 size_, uint16 keyIndex_, uint32 seq_) view returns (Batch) {
    return Batch.wrap(
        uint256(bytes32(kind_)) | (uint256(algorithm_) << 184) | (uint256(size_) << 144) | (uint256(keyIndex_) << 128)
            | (uint256(seq_) << 96) | (uint256(uint48(block.number)) << 48) | uint48(block.timestamp)
    );
}

/// @notice Spells a batch out.
function record(Batch batch) pure returns (BatchRecord memory) {
    return BatchRecord(
        batch.kind(), batch.algorithm(), batch.size(), batch.keyIndex(), batch.seq(), batch.blockNumber(), batch.time()
    );
}

/// @dev No batch is empty: its size is at least 1.
function isEmpty(Batch batch) pure returns (bool) {
    return Batch.unwrap(batch) == 0;
}

function kind(Batch batch) pure returns (bytes8) {
    return bytes8(bytes32(Batch.unwrap(batch)));
}

function algorithm(Batch batch) pure returns (uint8) {
    return uint8(Batch.unwrap(batch) >> 184);
}

function size(Batch batch) pure returns (uint40) {
    return uint40(Batch.unwrap(batch) >> 144);
}

function keyIndex(Batch batch) pure returns (uint16) {
    return uint16(Batch.unwrap(batch) >> 128);
}

function seq(Batch batch) pure returns (uint32) {
    return uint32(Batch.unwrap(batch) >> 96);
}

function blockNumber(Batch batch) pure returns (uint48) {
    return uint48(Batch.unwrap(batch) >> 48);
}

function time(Batch batch) pure returns (uint48) {
    return uint48(Batch.unwrap(batch));
}
