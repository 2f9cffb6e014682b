/** The submission (docs/protocol.md §3): the client sends its accounts, once per session. */
import * as z from 'zod';
import { MAX_ACCOUNTS, MAX_SESSION_TTL_S } from '../limits.ts';
import { submission, wellFormedText as text } from '../wire/sealed.ts';
import type { BoxJson } from './box.ts';

export { submission };

/** Public metadata of a submission; authenticated as additional data. */
export interface SubmissionMetadata {
  readonly v: 1;
  /** Base64 of the handshake key that the client took from a verified quote. */
  readonly handshake_pub: string;
  /** How long the session should live, seconds. */
  readonly ttl: number;
  /** Accepted for compatibility. Our SDK sends this inside the ciphertext. */
  readonly exchange?: string;
  readonly label?: string;
}

/** Body of `POST /enclave/submit_key` in JSON. */
export interface SubmissionJson extends BoxJson {
  readonly ephemeral_pub: string;
  readonly metadata: SubmissionMetadata;
}

/** Whether a session may have this time to live, s. */
export function isSessionTtl(seconds: number): boolean {
  return seconds >= 60 && seconds <= MAX_SESSION_TTL_S;
}

const credential = text.min(1).max(4_096);

const account = z.strictObject({
  exchange: text.min(1).max(32),
  apiKey: credential,
  apiSecret: credential,
  password: credential.optional(),
  walletAddress: text.max(128).optional(),
  accountType: z.enum(['spot', 'margin', 'futures', 'swap']).default('spot'),
  sandbox: z.boolean().default(false),
  subaccount: text.max(128).optional(),
  symbols: z
    .array(z.string().regex(/^[A-Z0-9]{1,20}\/[A-Z0-9]{1,20}$/))
    .min(1)
    .max(500)
    .optional(),
});

const session = {
  userId: text.min(1).max(256),
  label: text.max(256).optional(),
  persistence: z.enum(['sealed', 'memory']).default('sealed'),
  reportingCurrency: z.enum(['USDT']).default('USDT'),
  allowTradingKeys: z.boolean().default(false),
};

const manyAccounts = z.strictObject({ ...session, accounts: z.array(account).min(1).max(MAX_ACCOUNTS) });
const oneAccount = z.strictObject({ ...session, ...account.shape });

/** The submitted payload, before it is checked with venues. Unknown fields are refused by name. */
export type SubmissionPayload = z.output<typeof manyAccounts>;
/** What a client may write: either form, with defaults left out. */
export type SubmissionPayloadInput = z.input<typeof manyAccounts> | z.input<typeof oneAccount>;

/**
 * Reads a payload in either form. The one-account form becomes a list of one.
 * @throws ZodError whose issues name every wrong field (values are not repeated)
 */
export function parseSubmissionPayload(value: unknown): SubmissionPayload {
  if (typeof value === 'object' && value !== null && 'accounts' in value) return manyAccounts.parse(value);
  const { userId, label, persistence, reportingCurrency, allowTradingKeys, ...one } = oneAccount.parse(value);
  return {
    userId,
    ...(label === undefined ? {} : { label }),
    persistence,
    reportingCurrency,
    allowTradingKeys,
    accounts: [one],
  };
}
