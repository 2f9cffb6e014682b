/**
 * What a service says about its condition: `/health` and `/ready`. All of it is the operator's word. Only a quote is
 * proof.
 */
import * as z from 'zod';
import { ClientError } from '../errors.ts';
import type { Http } from './http.ts';

/** Bounded and of one form, because a hostile parent's text may reach a terminal. */
const word = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/);
const health = z.object({
  status: z.enum(['ok', 'degraded']),
  version: z.string().regex(/^\d{1,5}\.\d{1,5}\.\d{1,5}(?:[-+][0-9A-Za-z.-]{1,32})?$/),
  parts: z.object({
    service: z.literal('ok'),
    database: z.enum(['ok', 'unavailable']),
    enclave: z.enum(['ok', 'silent', 'absent']),
    venues: z.array(z.object({ venue: word, at: z.number(), fault: word.nullable() })).max(64),
  }),
  egress_addresses: z
    .array(z.union([z.ipv4(), z.ipv6()]))
    .max(16)
    .default([]),
});
const readiness = z.object({
  ready: z.boolean(),
  draining: z.boolean(),
  parts: z.object({ store: z.boolean(), enclave: z.boolean() }),
  enclaves: z.object({ configured: z.number().int(), serving: z.number().int() }),
});

/** What a service says about itself. */
export interface ServiceStatus {
  readonly healthUnverified: z.output<typeof health>;
  readonly readinessUnverified: z.output<typeof readiness>;
}

/**
 * Asks both routes.
 * @throws ProblemResponse; ClientError `service_unreachable`, `service_malformed`
 */
export async function askStatus(http: Http): Promise<ServiceStatus> {
  const healthUnverified = health.safeParse(await http.request('GET', '/health'));
  // While the service is not ready, `/ready` answers 503 and says how far the service is.
  const readinessUnverified = readiness.safeParse(await http.probe('/ready'));
  if (!healthUnverified.success || !readinessUnverified.success) {
    throw new ClientError(
      'service_malformed',
      'the service does not say how it is in the words of the protocol',
    );
  }
  return { healthUnverified: healthUnverified.data, readinessUnverified: readinessUnverified.data };
}
