/**
 * Limits that both sides of the boundary hold to, in bytes, counts and milliseconds. Each is here because
 * somebody hostile would otherwise choose it.
 */

/** One fragment of a message on the multiplexed connection. */
export const MAX_FRAGMENT_BYTES = 256 * 1024;
/** One whole message on the multiplexed connection (a request with its state, or a reply). */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
/** Requests under way at once on one connection. */
export const MAX_IN_FLIGHT = 256;
/** Depth of nesting that a frame or message may have (docs/design.md §6). */
export const MAX_CBOR_DEPTH = 8;
/** HTTP request body that the parent accepts: a submission with many accounts fits many times over. */
export const MAX_BODY_BYTES = 64 * 1024;
/** Sealed query (`q`) in characters of base64url. */
export const MAX_QUERY_CHARS = 4 * 1024;
/** Accounts in one session. */
export const MAX_ACCOUNTS = 32;
/** Session time to live, in seconds. */
export const DEFAULT_SESSION_TTL_S = 86_400;
/** Longest session time to live, in seconds. */
export const MAX_SESSION_TTL_S = 604_800;
/** Plaintexts of sealed replies are padded to a multiple of this (up to 64 of it, then to powers of two). */
export const REPLY_BUCKET_BYTES = 4 * 1024;
/** Unix socket path: Node cuts longer ones silently. */
export const MAX_SOCKET_PATH_BYTES = 100;
