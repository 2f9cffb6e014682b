/**
 * Trial API keys of every kind that a venue issues, for two accounts. A world keeps them as files for `--api-key-file`
 * and `--api-secret-file`. The README in their folder explains the result of each.
 */
import { mkdirSync } from 'node:fs';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import type { Random } from '@perf-aggregator/shared/random';
import type { TraderAccount } from '../trader/event.ts';
import type { BinanceAccount } from '../venues/binance/authorization.ts';
import type { WorldFiles } from './files.ts';

/** A key with its secret. */
export interface ApiKey {
  readonly apiKey: string;
  readonly apiSecret: string;
}

const READS = { read: true, trade: false, withdraw: false };

const KINDS = {
  second: { permissions: READS, says: 'read-only, of a second account with half a year of history' },
  trading: {
    permissions: { ...READS, trade: true },
    says: 'can trade: refused (`excessive_permissions`) without `--allow-trading-keys`, and reports say so',
  },
  withdrawal: {
    permissions: { ...READS, trade: true, withdraw: true },
    says: 'can withdraw: refused always (`withdrawal_permission`)',
  },
} as const;
type Kind = keyof typeof KINDS;

/** Keys by kind. The demonstration's own read-only key is not among them. */
export type TrialKeys = Readonly<Record<Kind, ApiKey>>;

/** Length of the second account's history, days. */
export const SECOND_HISTORY_DAYS = 180;

const FOLDER = 'keys';

/** Draws a key of each kind. */
export function drawTrialKeys(random: Random): TrialKeys {
  return { second: drawKey(random), trading: drawKey(random), withdrawal: drawKey(random) };
}

/** A new key. */
export function drawKey(random: Random): ApiKey {
  return { apiKey: encodeHex(random.bytes(32)), apiSecret: encodeHex(random.bytes(32)) };
}

/**
 * The keys in the form of the venue.
 * @param own - the demonstration's account, which owns all keys but `second`
 * @param second - history of the second account
 */
export function toCustomers(
  keys: TrialKeys,
  own: BinanceAccount,
  second: TraderAccount,
): readonly BinanceAccount[] {
  return (Object.keys(KINDS) as Kind[]).map((kind) => ({
    ...own,
    ...keys[kind],
    ...(kind === 'second' ? { uid: own.uid + 1, history: second } : {}),
    // What the account may reach, contracts for example, every key of it may.
    permissions: { ...own.permissions, ...KINDS[kind].permissions },
  }));
}

/** Writes `keys/KIND.key`, `keys/KIND.secret` and the README beside them. `own` is the kind `read-only`. */
export function writeKeyFiles(files: WorldFiles, own: ApiKey, keys: TrialKeys): void {
  mkdirSync(files.path(FOLDER), { recursive: true, mode: 0o700 });
  const all = { 'read-only': own, ...keys };
  for (const [kind, { apiKey, apiSecret }] of Object.entries(all)) {
    files.writeText(`${FOLDER}/${kind}.key`, `${apiKey}\n`);
    files.writeText(`${FOLDER}/${kind}.secret`, `${apiSecret}\n`);
  }
  files.writeText(`${FOLDER}/README.md`, readme(files.path(FOLDER)));
}

function readme(folder: string): string {
  const rows = Object.entries(KINDS).map(([kind, { says }]) => `- \`${kind}\`: ${says}`);
  return `# Keys to try

API keys of the simulated exchange. Each kind has two files, \`KIND.key\` and \`KIND.secret\`.

- \`read-only\`: the account of the demonstration
${rows.join('\n')}

    ./perf-aggregator register --user me \\
      --api-key-file ${folder}/second.key --api-secret-file ${folder}/second.secret \\
      --root ${folder.replace(/keys$/, 'nsm-root.pem')} --any-image
`;
}
