/** The boot exchange, by which a parent starts an enclave's service. Nothing here is secret from the parent. */
import * as z from 'zod';
import type { CborValue } from '../codec/cbor-encode.ts';
import { encodeCbor } from '../codec/cbor-encode.ts';
import { deploymentSchema } from './deployment.ts';
import { decodePlain } from './envelope.ts';
import { TransportError } from './errors.ts';

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

const genesisRecord = z.strictObject({ blob: bytes, evidence: bytes });
/** The record that the parent stores; the first writer wins (docs/design.md §5). */
export type GenesisRecord = z.infer<typeof genesisRecord>;

const roleCredentials = z.strictObject({
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  sessionToken: z.string(),
  /** Instant at which they expire, ms. */
  expiration: z.number().int(),
});
/** Temporary credentials of the parent's role. The enclave does not trust them; they are not secret from the parent. */
export type RoleCredentials = Readonly<z.infer<typeof roleCredentials>>;

const bootRequest = z.strictObject({
  credentials: roleCredentials,
  deployment: deploymentSchema,
  /** Enclaves behind the parent's address, this one included. They share what a venue allows one address. */
  sharers: z.number().int().min(1).max(64),
  /** The stored record. Null: there is none yet. */
  genesis: genesisRecord.nullable(),
});
export type BootRequest = z.infer<typeof bootRequest>;

/**
 * Phases of an enclave. `boot`: it waits for its parent. `attested`: it requests keys. `keyed`: it has them and reads
 * the policy that protects them. `serving`. `draining`: for good.
 */
export const PHASES = ['boot', 'attested', 'keyed', 'serving', 'draining'] as const;
/** One of {@link PHASES}. */
export type Phase = (typeof PHASES)[number];

const bootReply = z.strictObject({
  phase: z.enum(PHASES),
  /** A record to store; the first writer wins. After that `boot` is sent again with the stored record. */
  genesis: genesisRecord.nullable(),
});
export type BootReply = z.infer<typeof bootReply>;

/** CBOR of a boot request. */
export function encodeBootRequest(request: BootRequest): Uint8Array {
  return encodeCbor(request as unknown as CborValue);
}

/** CBOR of a boot reply. */
export function encodeBootReply(reply: BootReply): Uint8Array {
  return encodeCbor(reply as unknown as CborValue);
}

/** @throws TransportError `frame_malformed` */
export function decodeBootRequest(message: Uint8Array): BootRequest {
  return parse(bootRequest, message);
}

/** @throws TransportError `frame_malformed` */
export function decodeBootReply(message: Uint8Array): BootReply {
  return parse(bootReply, message);
}

function parse<T>(schema: z.ZodType<T>, message: Uint8Array): T {
  const parsed = schema.safeParse(decodePlain(message));
  if (parsed.success) return parsed.data;
  throw new TransportError('frame_malformed', 'a boot message has an unknown shape', parsed.error);
}
