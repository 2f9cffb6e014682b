/** The specification is valid, complete, and agrees with the service. */
import type http from 'node:http';
import type { AddressInfo } from 'node:net';
import { utf8 } from '@perf-aggregator/shared/bytes';
import { encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { PUBLIC_CODES, PUBLIC_FAILURES } from '@perf-aggregator/shared/wire/failure';
import { sealedReply, sealedRequest, submission } from '@perf-aggregator/shared/wire/sealed';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RelayError, relayError } from '../../src/errors.ts';
import { createApp } from '../../src/http/app.ts';
import { type Json, type OpenApiOperation, openApiDocument } from '../../src/http/openapi.ts';
import { createHttpServer } from '../../src/http/server.ts';
import type { Relay } from '../../src/relay/relay.ts';
import { sessionOf } from '../memory-store.ts';
import { AROUND } from './around.ts';

const SESSION = sessionOf('s');
const box = {
  nonce: encodeBase64(new Uint8Array(12)),
  ciphertext: 'AQID',
  tag: encodeBase64(new Uint8Array(16)),
};
const REPLY = { v: 1, session_id: SESSION, sequence: 3, ...box };
const SUBMITTED = {
  session_id: SESSION,
  expires_at: 5,
  status: 'syncing',
  receipt: { ...REPLY, sequence: 1 },
};
const BODIES: Readonly<Record<string, object>> = {
  submit: {
    ephemeral_pub: encodeBase64(new Uint8Array(32)),
    ...box,
    metadata: { v: 1, handshake_pub: encodeBase64(new Uint8Array(32)), ttl: 60 },
  },
  renew: { v: 1, ...box },
};

let server: http.Server;
let app: ReturnType<typeof createApp>;
let base: string;
let failure: RelayError | null = null;

beforeAll(async () => {
  const ask = (operation: string) => {
    if (failure) return Promise.reject(failure);
    if (operation === 'quote') return Promise.resolve(Uint8Array.of(1, 2, 3));
    return Promise.resolve(utf8(JSON.stringify(operation === 'submit' ? SUBMITTED : REPLY)));
  };
  app = createApp({
    ...AROUND,
    relay: { ask } as unknown as Relay,
    egressAddresses: ['203.0.113.7', '2001:db8::7'],
  });
  server = createHttpServer(app, AROUND.emit);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const document = openApiDocument('1.2.3');
const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addSchema({ $id: 'api', ...document });

/** The errors of `value` under a schema of the document. */
function faults(schema: Json, value: unknown): readonly unknown[] {
  const text = JSON.stringify(schema).replaceAll('"#/components', '"api#/components');
  const validate = ajv.compile(JSON.parse(text) as object);
  return validate(value) ? [] : (validate.errors ?? ['?']);
}

interface Described {
  readonly path: string;
  readonly method: string;
  readonly operation: OpenApiOperation;
}

const operations: readonly Described[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

function request({ path, method, operation }: Described): Promise<Response> {
  const url =
    base + path.replace('{sessionId}', SESSION) + (operation.operationId === 'quote' ? '?nonce=AQID' : '');
  const body = BODIES[operation.operationId];
  return fetch(url, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
}

/** The schema for an answer with this status and type. */
function schemaOf({ operation }: Described, response: Response): Json | null {
  const described = operation.responses[String(response.status)];
  expect(described, `${operation.operationId} ${response.status}`).toBeDefined();
  const content = described!['content'] as Readonly<Record<string, { schema: Json }>> | undefined;
  const type = response.headers.get('content-type')?.split(';')[0];
  if (content === undefined) return null;
  expect(Object.keys(content)).toEqual([type]);
  return content[type!]!.schema;
}

describe('when a client requests the specification', () => {
  it('it is valid OpenAPI 3.1', async () => {
    const served = (await (await fetch(`${base}/openapi.json`)).json()) as Record<string, unknown>;
    expect(served).toEqual(JSON.parse(JSON.stringify(document)));
    const validator = new Validator();
    const { valid, errors } = await validator.validate(served);
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
    expect(validator.version).toBe('3.1');
  });

  it('every schema in it is a JSON Schema', () => {
    const strict = new Ajv2020({ strict: true, allowUnionTypes: true });
    const { schemas } = document['components'] as { schemas: Readonly<Record<string, Json>> };
    for (const name of Object.keys(schemas)) {
      const $defs = JSON.parse(
        JSON.stringify(schemas).replaceAll('#/components/schemas/', '#/$defs/'),
      ) as Json;
      expect(() => strict.compile({ $ref: `#/$defs/${name}`, $defs }), name).not.toThrow();
    }
  });

  it('it contains every route, and every route in it exists', () => {
    interface Layer {
      readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
    }
    const routes = (app.router as unknown as { stack: readonly Layer[] }).stack.flatMap(({ route }) =>
      route
        ? Object.keys(route.methods).flatMap((method) =>
            method === '_all' ? [] : [`${method} ${route.path}`],
          )
        : [],
    );
    const named = operations.map(
      ({ path, method }) => `${method} ${path.replace('{sessionId}', ':sessionId')}`,
    );
    expect(named.sort()).toEqual(routes.sort());
    expect(routes.length).toBeGreaterThan(10);
  });

  it('it contains every code under its status, and only the unknown route is missing', () => {
    const named = new Set<string>();
    for (const { operation } of operations) {
      for (const [status, { description }] of Object.entries(operation.responses)) {
        for (const [, code] of String(description).matchAll(/(?:^|\. )(\w+): /g)) {
          expect(PUBLIC_FAILURES[code as keyof typeof PUBLIC_FAILURES][0]).toBe(Number(status));
          named.add(code!);
        }
      }
    }
    expect(PUBLIC_CODES.filter((code) => !named.has(code))).toEqual(['route_unknown']);
  });

  it('browsers get a page that loads nothing and runs nothing', async () => {
    const response = await fetch(`${base}/docs`);
    const page = await response.text();
    expect(response.headers.get('content-type')).toMatch(/^text\/html; charset=utf-8/);
    expect(response.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-/,
    );
    expect(page).not.toMatch(/<script|<img|<link|src=|https?:\/\/(?!json-schema)/i);
    for (const { path, operation } of operations) {
      expect(page).toContain(path);
      expect(page).toContain(operation.summary);
    }
    expect(page.match(/<style>/g)).toHaveLength(1);
  });
});

describe('when a route answers', () => {
  it.each(operations.map((described) => [described.operation.operationId, described] as const))(
    '%s: the answer matches its description, and so does a refusal',
    async (_, described) => {
      failure = null;
      const response = await request(described);
      expect(response.ok).toBe(true);
      const schema = schemaOf(described, response);
      const text = await response.text();
      if (response.status === 204) expect([schema, text]).toEqual([null, '']);
      else if (response.headers.get('content-type')?.startsWith('application/json')) {
        expect(faults(schema!, JSON.parse(text))).toEqual([]);
      }
      const other = await fetch(base + described.path.replace('{sessionId}', SESSION), { method: 'PATCH' });
      expect(other.status).toBe(405);
      expect(faults(schemaOf(described, other)!, await other.json())).toEqual([]);
    },
  );

  it.each(PUBLIC_CODES.filter((code) => code !== 'route_unknown'))(
    '%s is a problem document',
    async (code) => {
      failure = relayError(code, 'for a test', 1_500);
      const described = operations.find(({ operation }) =>
        Object.values(operation.responses).some(
          ({ description }) =>
            String(description).includes(`${code}: `) && operation.operationId !== 'health',
        ),
      )!;
      const response = await request(described);
      const problem = (await response.json()) as Json;
      expect([response.status, problem['code']]).toEqual([PUBLIC_FAILURES[code][0], code]);
      expect(faults(schemaOf(described, response)!, problem)).toEqual([]);
      failure = null;
    },
  );

  it('a schema refuses a value that does not match', () => {
    const reply = { $ref: '#/components/schemas/SealedReply' };
    expect(faults(reply, REPLY)).toEqual([]);
    expect(faults(reply, { ...REPLY, more: 1 })).not.toEqual([]);
    expect(faults(reply, { ...REPLY, v: 2 })).not.toEqual([]);
    const { tag: _, ...without } = REPLY;
    expect(faults(reply, without)).not.toEqual([]);
    expect(faults({ $ref: '#/components/schemas/Problem' }, { code: 'made_up' })).not.toEqual([]);
  });

  it('the described body is the one that the enclave accepts', () => {
    expect(faults({ $ref: '#/components/schemas/Submission' }, BODIES['submit'])).toEqual([]);
    expect(faults({ $ref: '#/components/schemas/SealedRequest' }, BODIES['renew'])).toEqual([]);
    expect(submission.safeParse(BODIES['submit']).success).toBe(true);
    expect(sealedRequest.safeParse(BODIES['renew']).success).toBe(true);
    expect(sealedReply.safeParse(REPLY).success).toBe(true);
  });
});
