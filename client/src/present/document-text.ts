/** The content of an attestation document, for people: its certificates, its measurements and its other data. */
import type { Explanation } from '@perf-aggregator/attestation';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { time } from './format.ts';
import { grid, table } from './table.ts';

/** What each register measures (AWS, "Cryptographic attestation"). */
const REGISTERS: Readonly<Record<number, string>> = {
  0: 'image',
  1: 'kernel and bootstrap',
  2: 'application',
  3: 'role of the parent',
  4: 'id of the parent',
  8: 'signer of the image',
};

/** How many bytes of user data and nonce are shown. A key is shown whole, so that people can compare it. */
const SHOWN_BYTES = 48;

/** What register `index` measures. The text is empty for registers that enclaves may extend themselves. */
export function registerName(index: number): string {
  return REGISTERS[index] ?? '';
}

/** Certificates and contents of a judged document, as far as the judgement reached. */
export function documentText({ document, chain }: Explanation): string {
  if (document === undefined) return '';
  const parts = [
    ...(chain === undefined ? [] : ['Certificates, root first', chainGrid(chain)]),
    'Registers',
    registerGrid(document.pcrs),
    'Carries',
    table([
      ['Module', document.moduleId],
      ['Made', `${time(document.timestamp)} UTC`],
      ['Public key', shown(document.publicKey, Number.POSITIVE_INFINITY)],
      ['User data', shown(document.userData, SHOWN_BYTES)],
      ['Nonce', shown(document.nonce, SHOWN_BYTES)],
    ]),
  ];
  return parts.join('\n');
}

function chainGrid(chain: NonNullable<Explanation['chain']>): string {
  return grid(
    chain.map(({ subject, notBefore, notAfter }) => [time(notBefore), time(notAfter), subject]),
    3,
  );
}

/** Registers without a measurement are all zero. They are left out, except the three registers of the image. */
function registerGrid(pcrs: ReadonlyMap<number, Uint8Array>): string {
  const set = [...pcrs].filter(([index, value]) => index < 3 || value.some((byte) => byte !== 0));
  return grid(
    set.map(([index, value]) => [`PCR${index}`, registerName(index), encodeHex(value)]),
    3,
  );
}

/** @param most - how many bytes are shown */
function shown(bytes: Uint8Array | null, most: number): string {
  if (bytes === null) return 'none';
  const text = encodeHex(bytes.subarray(0, most));
  return `${bytes.length} bytes: ${text}${bytes.length > most ? '…' : ''}`;
}
