/**
 * The specification that the service gives of itself: OpenAPI 3.1, made from the schemas that validate. What is sealed
 * has no name in this process: a query and an answer are boxes here, and docs/protocol.md says what lies in them.
 */
import { MAX_BODY_BYTES, MAX_QUERY_CHARS } from '@perf-aggregator/shared/limits';
import { sessionId } from '@perf-aggregator/shared/wire/envelope';
import { PUBLIC_CODES, PUBLIC_FAILURES, type PublicCode } from '@perf-aggregator/shared/wire/failure';
import { sealedReply, sealedRequest, submission } from '@perf-aggregator/shared/wire/sealed';
import * as z from 'zod';
import { PROBLEM_TYPE } from './problem.ts';

/** A JSON Schema, or any other part of the document. */
export type Json = { readonly [member: string]: unknown };

/** The document, as far as this room reads it. */
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

/** Operations that read a session, and what each is. */
export const READS = {
  metrics: 'All metrics of a period',
  summary: 'The few numbers of a dashboard',
  returns: 'The days of a period, in pages',
  trades: 'The round trips of a period, in pages',
  report: 'A signed report',
} as const;

const answers = {
  Quote: z.strictObject({ attestation: z.string().meta({ contentEncoding: 'base64' }) }),
  Submitted: z.strictObject({
    session_id: sessionId,
    expires_at: z.number().int().nonnegative().meta({ description: 'ms since the Unix epoch' }),
    status: z.literal('syncing'),
    receipt: sealedReply,
  }),
  Health: z.strictObject({
    status: z.literal('ok'),
    version: z.string(),
    session_ttl: z.strictObject({ default: z.number().int(), max: z.number().int() }),
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

/** Failures of HTTP itself, of any route. */
const OF_HTTP = [
  'request_malformed',
  'headers_too_large',
  'request_timeout',
  'method_not_allowed',
  'internal',
];
/** Of every route that asks the enclave. */
const OF_ENCLAVE = [
  ...OF_HTTP,
  ...['rate_limited', 'overloaded', 'deadline_exceeded', 'frame_malformed', 'request_too_large'],
  ...[
    'enclave_unavailable',
    'enclave_not_ready',
    'kms_unavailable',
    'genesis_mismatch',
    'deployment_refused',
  ],
];
const OF_SESSION = [
  ...OF_ENCLAVE,
  ...['session_unknown', 'session_expired', 'session_lost', 'state_rejected', 'state_version_unsupported'],
  'store_unavailable',
];
const OF_READ = [...OF_SESSION, 'query_unreadable', 'query_refused', 'sync_pending'];
const OF_SUBMIT = [
  ...OF_ENCLAVE,
  ...['submission_unreadable', 'submission_refused', 'unknown_handshake_key', 'replayed_submission'],
  ...['replay_set_full', 'ttl_out_of_range', 'sessions_full', 'store_unavailable', 'state_conflict'],
];
const OF_RENEW = [
  ...OF_SESSION,
  'query_unreadable',
  'renewal_replayed',
  'ttl_out_of_range',
  'state_conflict',
];

/** The document. `version` is that of the software. */
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
  const reads = Object.entries(READS).map(([name, summary]) => [
    `/enclave/${name}/{sessionId}`,
    {
      get: operation(name, summary, {
        parameters: [SESSION_ID, QUERY],
        responses: { 200: ok('A sealed reply', 'SealedReply'), ...problems(OF_READ) },
      }),
    },
  ]);
  return {
    '/attestation/quote': {
      get: operation('quote', 'An attestation document with the enclave’s handshake key', {
        parameters: [NONCE],
        responses: { 200: ok('The document', 'Quote'), ...problems([...OF_ENCLAVE, 'nonce_out_of_range']) },
      }),
    },
    '/enclave/submit_key': {
      post: operation('submit', 'Hands accounts over, sealed to the enclave', {
        requestBody: body('Submission'),
        responses: { 201: ok('The session', 'Submitted'), ...problems(OF_SUBMIT) },
      }),
    },
    ...Object.fromEntries(reads),
    '/enclave/renew/{sessionId}': {
      post: operation('renew', 'Moves the end of a session', {
        parameters: [SESSION_ID],
        requestBody: body('SealedRequest'),
        responses: { 200: ok('A sealed reply', 'SealedReply'), ...problems(OF_RENEW) },
      }),
    },
    '/enclave/revoke/{sessionId}': {
      delete: operation('revoke', 'Ends a session', {
        parameters: [SESSION_ID],
        responses: { 204: { description: 'It is over' }, ...problems([...OF_SESSION, 'state_conflict']) },
      }),
    },
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

/** What a schema takes, as JSON Schema. */
function toSchema(schema: z.ZodType): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' });
  return rest;
}
