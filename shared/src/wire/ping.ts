/** An enclave's answer to a `ping`: that it is alive, its phase, and how its venues answered it last. */
import * as z from 'zod';
import { type CborValue, encodeCbor } from '../codec/cbor-encode.ts';
import { PHASES } from './boot.ts';
import { decodePlain } from './envelope.ts';
import { TransportError } from './errors.ts';

const pong = z.strictObject({
  phase: z.enum(PHASES),
  /** Every venue that was asked since the start. */
  venues: z.array(
    z.strictObject({
      venue: z.string().min(1).max(32),
      /** When the enclave last asked it, by the enclave's clock, ms. */
      at: z.number().int().nonnegative(),
      /** Why it gave no answer. Null: it answered. A refusal of one account is an answer. */
      fault: z.string().min(1).max(64).nullable(),
    }),
  ),
});
/** Nothing here depends on an account. */
export type Pong = z.infer<typeof pong>;
/** How a venue answered last. */
export type VenueHealth = Pong['venues'][number];

/** CBOR of a pong. */
export function encodePong(value: Pong): Uint8Array {
  return encodeCbor(value as unknown as CborValue);
}

/** @throws TransportError `frame_malformed` */
export function decodePong(message: Uint8Array): Pong {
  const parsed = pong.safeParse(decodePlain(message));
  if (parsed.success) return parsed.data;
  throw new TransportError('frame_malformed', 'a pong has an unknown shape', parsed.error);
}
