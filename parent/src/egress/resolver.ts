/** The production resolver: the system's name service, asked anew for every connection. */
import dns from 'node:dns/promises';
import type { ResolvedAddress } from './port.ts';

/** Addresses of `host` as the system's name service gives them. Never trusted ones: its type forbids it. */
export async function systemResolver(host: string): Promise<readonly ResolvedAddress[]> {
  const answers = await dns.lookup(host, { all: true, order: 'verbatim' });
  return answers.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
}
