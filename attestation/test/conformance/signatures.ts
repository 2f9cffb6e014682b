/** The vectors of Wycheproof for ECDSA P-384 with SHA-384, in both encodings. */
import { readFileSync } from 'node:fs';
import type { SignatureCase } from './suite.ts';

interface File {
  readonly testGroups: readonly {
    readonly publicKey: { readonly uncompressed: string };
    readonly tests: readonly {
      readonly tcId: number;
      readonly msg: string;
      readonly sig: string;
      readonly result: string;
    }[];
  }[];
}

function load(path: string, encoding: SignatureCase['encoding']): readonly SignatureCase[] {
  const file = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as File;
  return file.testGroups.flatMap(({ publicKey, tests }) =>
    tests.map(({ tcId, msg, sig, result }) => ({
      id: `${encoding} ${tcId}`,
      publicKey: publicKey.uncompressed,
      message: msg,
      signature: sig,
      encoding,
      isValid: result === 'valid',
    })),
  );
}

export const SIGNATURES: readonly SignatureCase[] = [
  ...load('../fixtures/wycheproof/ecdsa_secp384r1_sha384_test.json', 'der'),
  ...load('../../../shared/test/fixtures/wycheproof/ecdsa_secp384r1_sha384_p1363_test.json', 'p1363'),
];
