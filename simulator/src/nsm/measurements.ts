/**
 * Measurements of the simulated image. They are fixed, so that a change of the code does not orphan a world's state.
 */
import { utf8 } from '@perf-aggregator/shared/bytes';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { crypto } from '@perf-aggregator/shared/crypto';

/** PCR0, PCR1 and PCR2 of the simulated image, lower-case hex. Verifiers expect these values. */
export const SIMULATED_PCRS_HEX: Readonly<Record<0 | 1 | 2, string>> = {
  0: labelled(0),
  1: labelled(1),
  2: labelled(2),
};

/** All 16 registers in the form of a module's report. Those above PCR2 are zero, 48 bytes each. */
export function simulatedPcrs(): ReadonlyMap<number, Uint8Array> {
  return new Map(Array.from({ length: 16 }, (_, index) => [index, register(index)]));
}

function register(index: number): Uint8Array {
  return index <= 2 ? crypto.sha384(label(index)) : new Uint8Array(48);
}

function labelled(index: number): string {
  return encodeHex(crypto.sha384(label(index)));
}

function label(index: number): Uint8Array {
  return utf8(`perf-aggregator simulated image PCR${index}`);
}
