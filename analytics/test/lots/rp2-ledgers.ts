/** Reads the fixture with the ledgers of rp2. The types cover only the members that tests use. */
import { readFileSync } from 'node:fs';

interface Rp2In {
  readonly timestamp: string;
  readonly crypto_in: string;
  readonly spot_price: string;
  readonly crypto_fee?: string;
  readonly fiat_fee?: string;
  readonly fiat_in_with_fee?: string;
  readonly row: number;
}

interface Rp2Out {
  readonly timestamp: string;
  readonly crypto_out_no_fee: string;
  readonly crypto_fee: string;
  readonly spot_price: string;
  readonly row: number;
}

interface Rp2Intra {
  readonly timestamp: string;
  readonly crypto_sent: string;
  readonly crypto_received: string;
  readonly spot_price?: string;
  readonly row: number;
}

interface Rp2Lot {
  readonly amount: string;
  readonly acquired: string | null;
  readonly costBasis: string;
  readonly proceeds: string;
  readonly eventTimestamp: string;
}

export interface Rp2Case {
  readonly name: string;
  readonly transactions: {
    readonly in: readonly Rp2In[];
    readonly out: readonly Rp2Out[];
    readonly intra: readonly Rp2Intra[];
  };
  readonly expected: Readonly<Record<'fifo' | 'lifo' | 'hifo', { readonly lots: readonly Rp2Lot[] }>>;
}

const FIXTURE = new URL('../fixtures/lot-matching.json', import.meta.url);

export const rp2Cases = (JSON.parse(readFileSync(FIXTURE, 'utf8')) as { readonly cases: readonly Rp2Case[] })
  .cases;
