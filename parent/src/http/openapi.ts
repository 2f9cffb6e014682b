/**
 * The service's specification of itself: OpenAPI 3.1, made from the schemas that validate. This process knows no
 * content of sealed data. A query and an answer are boxes here, and docs/protocol.md describes their contents.
 */
import { MAX_BODY_BYTES, MAX_QUERY_CHARS } from '@perf-aggregator/shared/limits';
import { sessionId } from '@perf-aggregator/shared/wire/envelope';
import { PUBLIC_CODES, PUBLIC_FAILURES, type PublicCode } from '@perf-aggregator/shared/wire/failure';
import {
  type HttpRoute,
  type Operation,
  operationRow,
  routedOperations,
} from '@perf-aggregator/shared/wire/operations';
import { sealedReply, sealedRequest, submission } from '@perf-aggregator/shared/wire/sealed';
import * as z from 'zod';
import { PROBLEM_TYPE } from './problem.ts';

/** A JSON Schema, or any other part of the document. */
export type Json = { readonly [member: string]: unknown };

/** The document, as far as this room uses it. */
export interface OpenApiDocument extends Json {
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
}

/** One method of one path. */
export interface OpenApiOperation extends Json {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly Json[];
  readonly responses: Readonly<Record<string, Json>>;
}

const egressAddresses = z
  .array(z.string().meta({ description: 'IPv4 or IPv6' }))
  .optional()
  .meta({
    description:
      "addresses that venues see, for allow-lists of API keys: the operator's word, which no enclave vouches for",
  });

const answers = {
  Quote: z.strictObject({
    attestation: z.string().meta({ contentEncoding: 'base64' }),
    egress_addresses: egressAddresses,
  }),
  Submitted: z.strictObject({
    session_id: sessionId,
    expires_at: z.number().int().nonnegative().meta({ description: 'ms since the Unix epoch' }),
    status: z.literal('syncing'),
    receipt: sealedReply,
  }),
  Health: z.strictObject({
    status: z.enum(['ok', 'degraded']),
    version: z.string(),
    session_ttl: z.strictObject({ default: z.number().int(), max: z.number().int() }),
    parts: z.strictObject({
      service: z.literal('ok'),
      database: z.enum(['ok', 'unavailable']),
      enclave: z.enum(['ok', 'silent', 'absent']),
      venues: z.array(
        z.strictObject({
          venue: z.string(),
          at: z.number().int().nonnegative().meta({ description: 'ms since the Unix epoch' }),
          fault: z.string().nullable().meta({ description: 'a code of docs/errors.md; null: it answers' }),
        }),
      ),
    }),
    requests: z
      .strictObject({
        answered: z.number().int().nonnegative(),
        aborted: z.number().int().nonnegative(),
        refused: z.number().int().nonnegative(),
      })
      .meta({ description: 'since the start, by their end' }),
    egress_addresses: egressAddresses,
  }),
  Readiness: z.strictObject({
    ready: z.boolean(),
    draining: z.boolean().meta({ description: 'the service is about to end; take another' }),
    parts: z.strictObject({ store: z.boolean(), enclave: z.boolean() }),
    enclaves: z.strictObject({
      configured: z.number().int().positive(),
      serving: z.number().int().nonnegative(),
    }),
  }),
};

const problem = z.strictObject({
  type: z.string().meta({ description: 'urn:perf-aggregator:problem: and the code' }),
  title: z.string(),
  status: z.number().int(),
  code: z.enum(PUBLIC_CODES as [PublicCode, ...PublicCode[]]),
  message: z.string(),
  request_id: z.string(),
  retry_after_ms: z.number().int().nonnegative().optional(),
  sealed: sealedReply.optional().meta({ description: 'why, for the client alone' }),
});

const schemas = {
  ...answers,
  SealedReply: sealedReply,
  SealedRequest: sealedRequest,
  Submission: submission,
  Problem: problem,
};

/** Failures of HTTP itself, possible on any route. */
const OF_HTTP = [
  'request_malformed',
  'headers_too_large',
  'request_timeout',
  'method_not_allowed',
  'internal',
];

/** The document. `version` is the version of the software. */
export function openApiDocument(version: string): OpenApiDocument {
  return {
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: 'Performance Aggregator',
      version,
      description:
        'Verifiable trading performance from inside an AWS Nitro Enclave. Whatever concerns an account is sealed ' +
        'between client and enclave; docs/protocol.md says how to seal and to open it, and what a client must ' +
        'verify first. Every other path answers 404 route_unknown. GET routes answer HEAD as well.',
    },
    paths: paths(),
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, toSchema(schema)])),
    },
  };
}

function paths(): OpenApiDocument['paths'] {
  const operations = routedOperations().map(([name, route]) => [
    route.path,
    { [route.method.toLowerCase()]: routed(name, route) },
  ]);
  return {
    ...Object.fromEntries(operations),
    '/health': plain('health', 'Whether the service is up', { 200: ok('It is', 'Health') }),
    '/ready': plain('ready', 'Whether it can answer for accounts', {
      200: ok('Every part is there', 'Readiness'),
      503: ok('A part is missing', 'Readiness'),
    }),
    '/openapi.json': plain('openapi', 'This document', {
      200: { description: 'OpenAPI 3.1', content: { 'application/json': { schema: { type: 'object' } } } },
    }),
    '/docs': plain('docs', 'This document for people', {
      200: { description: 'HTML without scripts', content: { 'text/html': { schema: { type: 'string' } } } },
    }),
  };
}

function routed(name: Operation, { path, input, output, status, summary }: HttpRoute): OpenApiOperation {
  const { parameters = [], ...rest } = inputs[input];
  const all = path.includes('{sessionId}') ? [SESSION_ID, ...parameters] : parameters;
  return operation(name, summary, {
    ...(all.length > 0 ? { parameters: all } : {}),
    ...rest,
    responses: { [status]: outputs[output], ...problems([...OF_HTTP, ...operationRow(name).codes]) },
  });
}

function plain(name: string, summary: string, responses: Readonly<Record<string, Json>>) {
  return { get: operation(name, summary, { responses: { ...responses, ...problems(OF_HTTP) } }) };
}

function operation(
  operationId: string,
  summary: string,
  rest: Pick<OpenApiOperation, 'responses'> & Json,
): OpenApiOperation {
  return { operationId, summary, ...rest };
}

const SESSION_ID = {
  ...{ name: 'sessionId', in: 'path', required: true, schema: toSchema(sessionId) },
  description: '32 random bytes in base64url; anything else is session_unknown',
};
const BASE64URL = '^[A-Za-z0-9_-]*$';
const QUERY = {
  ...{ name: 'q', in: 'query', required: false },
  schema: { type: 'string', maxLength: MAX_QUERY_CHARS, pattern: BASE64URL },
  description: 'base64url of a SealedRequest; without it, the defaults of the operation',
};
const NONCE = {
  ...{ name: 'nonce', in: 'query', required: true },
  // 16 to 64 bytes.
  schema: { type: 'string', minLength: 22, maxLength: 86, pattern: BASE64URL },
  description: 'base64url of 16 to 64 bytes, which the document repeats',
};

/** The inputs of a client, by their place. A route with a session also has its id. */
const inputs: Readonly<Record<HttpRoute['input'], { parameters?: readonly Json[]; requestBody?: Json }>> = {
  nonce: { parameters: [NONCE] },
  query: { parameters: [QUERY] },
  submission: { requestBody: body('Submission') },
  request: { requestBody: body('SealedRequest') },
  none: {},
};

/** The answers. */
const outputs: Readonly<Record<HttpRoute['output'], Json>> = {
  document: ok('The document', 'Quote'),
  receipt: ok('The session', 'Submitted'),
  reply: ok('A sealed reply', 'SealedReply'),
  none: { description: 'It is over' },
};

function body(schema: keyof typeof schemas): Json {
  const content = { 'application/json': { schema: reference(schema) } };
  return { required: true, description: `At most ${MAX_BODY_BYTES} bytes`, content };
}

function ok(description: string, schema: keyof typeof schemas): Json {
  return { description, content: { 'application/json': { schema: reference(schema) } } };
}

/** Problem documents by status, each with the codes that it may carry here. */
function problems(codes: readonly string[]): Readonly<Record<string, Json>> {
  const byStatus = new Map<number, PublicCode[]>();
  for (const code of codes as readonly PublicCode[]) {
    const [status] = PUBLIC_FAILURES[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, own]) => [
      String(status),
      {
        description: own.map((code) => `${code}: ${PUBLIC_FAILURES[code][1]}`).join('. '),
        content: {
          [PROBLEM_TYPE]: {
            schema: { allOf: [reference('Problem'), { properties: { code: { enum: own } } }] },
          },
        },
      },
    ]),
  );
}

function reference(schema: keyof typeof schemas): Json {
  return { $ref: `#/components/schemas/${schema}` };
}

/** The accepted input of a schema, as JSON Schema. */
function toSchema(schema: z.ZodType): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' });
  return rest;
}
