/** The answers of the whole system conform to its specification. */
import type { ExportedSession } from '@perf-aggregator/client';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestWorld, type TestWorld } from './fixture.ts';

type Json = { readonly [member: string]: unknown };
interface Document extends Json {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { responses: Record<string, Json> }>>>>;
}

let test: TestWorld;
let session: ExportedSession;
let document: Document;
let ajv: Ajv2020;

beforeAll(async () => {
  test = await startTestWorld();
  const client = test.world.client();
  await client.register();
  // A report is made once everything was read.
  await client.getReport();
  session = client.export();
  document = (await (await fetch(`${session.enclaveUrl}/openapi.json`)).json()) as Document;
  ajv = new Ajv2020({ strict: false });
  ajv.addSchema({ $id: 'api', ...document });
});
afterAll(() => test.world.stop());

/** Checks the body against the specification. @returns the status */
async function statusOf(method: string, path: string, url: string, body?: string): Promise<number> {
  const response = await fetch(session.enclaveUrl + url, { method, ...(body === undefined ? {} : { body }) });
  const described = document.paths[path]?.[method.toLowerCase()]?.responses[String(response.status)];
  expect(described, `${method} ${path}: ${response.status}`).toBeDefined();
  const type = response.headers.get('content-type')!.split(';')[0]!;
  const { schema } = (described!['content'] as Record<string, { schema: Json }>)[type]!;
  const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api#/')) as object;
  const validate = ajv.compile(absolute);
  expect([validate(await response.json()), validate.errors]).toEqual([true, null]);
  return response.status;
}

describe('when the service answers', () => {
  it.each(['metrics', 'summary', 'returns', 'trades', 'report'])(
    '%s is a sealed reply',
    async (operation) => {
      const path = `/enclave/${operation}/{sessionId}`;
      expect(await statusOf('GET', path, `/enclave/${operation}/${session.sessionId}`)).toBe(200);
      expect(await statusOf('GET', path, `/enclave/${operation}/${session.sessionId}?q=AAAA`)).toBe(400);
      expect(await statusOf('GET', path, `/enclave/${operation}/${'A'.repeat(43)}`)).toBe(404);
    },
  );

  it('every other answer conforms to its description', async () => {
    const nonce = 'A'.repeat(43);
    expect(await statusOf('GET', '/attestation/quote', `/attestation/quote?nonce=${nonce}`)).toBe(200);
    expect(await statusOf('GET', '/attestation/quote', '/attestation/quote')).toBe(400);
    expect(await statusOf('GET', '/health', '/health')).toBe(200);
    expect(await statusOf('GET', '/ready', '/ready')).toBe(200);
    expect(await statusOf('POST', '/enclave/submit_key', '/enclave/submit_key', '{}')).toBe(400);
    const renew = `/enclave/renew/${session.sessionId}`;
    expect(await statusOf('POST', '/enclave/renew/{sessionId}', renew, '{}')).toBe(400);
  });
});
