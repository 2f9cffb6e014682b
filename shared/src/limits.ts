/**
 * Limits that both sides of the boundary obey, in bytes, counts and milliseconds. Without each of them a hostile party
 * would choose the value.
 */

/** One fragment of a message on the multiplexed connection. */
export const MAX_FRAGMENT_BYTES = 256 * 1024;
/** One whole message on the multiplexed connection (a request with its state, or a reply). */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
/** Requests under way at once on one connection. */
export const MAX_IN_FLIGHT = 256;
/** Depth of nesting that a frame or message may have (docs/design.md §6). */
export const MAX_CBOR_DEPTH = 8;
/** HTTP request body that the parent accepts. It is many times the size of a submission with many accounts. */
export const MAX_BODY_BYTES = 64 * 1024;
/** Sealed query (`q`) in characters of base64url. */
export const MAX_QUERY_CHARS = 4 * 1024;
/** Accounts in one session. */
export const MAX_ACCOUNTS = 32;
/** Session time to live, in seconds. */
export const DEFAULT_SESSION_TTL_S = 86_400;
/** Longest session time to live, in seconds. */
export const MAX_SESSION_TTL_S = 604_800;
/**
 * Plaintexts of sealed replies are padded to a multiple of this. Above 64 times this, they are padded to a power of
 * two.
 */
export const REPLY_BUCKET_BYTES = 4 * 1024;
/** Unix socket path. Node silently cuts a longer one. */
export const MAX_SOCKET_PATH_BYTES = 100;
