/**
 * The addresses that venues see, as stated by the operator: they appear beside the quote and in `/health`, or nowhere.
 */
import { describe, expect, it } from 'vitest';
import { serveEdge } from './edge.ts';

const QUOTE = '/attestation/quote?nonce=AAAAAAAAAAAAAAAAAAAAAA';
const ADDRESSES = ['203.0.113.7', '2001:db8::7'];

const silent = serveEdge();
const telling = serveEdge({ egressAddresses: ADDRESSES });
const json = async (base: string, path: string) => (await fetch(base + path)).json() as Promise<object>;

describe('when the operator says which addresses venues see', () => {
  it('they are beside the document and in /health', async () => {
    telling.answer = () => Promise.resolve(Uint8Array.of(1, 2, 3));
    expect(await json(telling.base, QUOTE)).toEqual({ attestation: 'AQID', egress_addresses: ADDRESSES });
    expect(await json(telling.base, '/health')).toMatchObject({ egress_addresses: ADDRESSES });
  });

  it('no other answer of the enclave contains them', async () => {
    const session = 's'.repeat(43);
    expect(await json(telling.base, `/enclave/metrics/${session}`)).toEqual({ v: 1, nonce: 'n' });
  });
});

describe('when the operator states nothing', () => {
  it('there is no member', async () => {
    silent.answer = () => Promise.resolve(Uint8Array.of(1, 2, 3));
    expect(await json(silent.base, QUOTE)).toEqual({ attestation: 'AQID' });
    expect(await json(silent.base, '/health')).not.toHaveProperty('egress_addresses');
  });
});
