// What WebCrypto does for the verifier, where a browser has none of it (plain http) or no Ed25519. Loaded only then.

import { etc, verify as verifyEd25519 } from "@noble/ed25519";
import { sha256, sha512 } from "@noble/hashes/sha2";

etc.sha512Sync = (...parts) => sha512(etc.concatBytes(...parts));

export const digest = async (name, bytes) => sha256(bytes);

export const importKey = async (format, key) => key;

// RFC 8032, not the laxer ZIP 215. A signature that cannot be read is none.
export const verify = async (name, key, signature, message) => {
  try {
    return verifyEd25519(signature, message, key, { zip215: false });
  } catch {
    return false;
  }
};
