/** The resolver in production: the system's name service, asked again for every connection. */
import dns from 'node:dns/promises';
import type { ResolvedAddress } from './port.ts';

/** Addresses of `host` from the system's name service. They are never trusted ones, because the type forbids it. */
export async function systemResolver(host: string): Promise<readonly ResolvedAddress[]> {
  const answers = await dns.lookup(host, { all: true, order: 'verbatim' });
  return answers.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
}
