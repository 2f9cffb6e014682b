/**
 * The one table of the operations that a parent may request of an enclave. Dispatch, relay, routes, rate limits and the
 * specification are derived from it. A new operation is one row here, one handler in the enclave, and one type of its
 * answer.
 */
import type { PublicCode } from './failure.ts';

/** The effect of an operation: starts the enclave or checks it; begins, reads or changes a session; ends one. */
export type OperationKind = 'boot' | 'ping' | 'open' | 'read' | 'change' | 'end';

/** The HTTP request of a client. */
export interface HttpRoute {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** As in OpenAPI: `{sessionId}` stands for the session. */
  readonly path: string;
  /** The client's input: a nonce or a sealed query in the URL, a submission or a sealed request as body. */
  readonly input: 'nonce' | 'query' | 'submission' | 'request' | 'none';
  /** The client's output: an attestation document, a receipt, a sealed reply, or nothing. */
  readonly output: 'document' | 'receipt' | 'reply' | 'none';
  /** Status of success. */
  readonly status: 200 | 201 | 204;
  /** The budget of requests that it uses. */
  readonly rateClass: RateClass;
  /** One line for people. */
  readonly summary: string;
}

/** Budgets of requests. A more expensive class has a smaller one. */
export const RATE_CLASSES = ['quote', 'submit', 'read', 'report', 'change'] as const;
export type RateClass = (typeof RATE_CLASSES)[number];

/** Places for operations under way. Each pool has its own, so that no kind of work uses the places of another. */
export type OperationPool = 'control' | 'quote' | 'submit' | 'read' | 'report' | 'sync';

/** One row of the table. */
export interface OperationRow {
  readonly kind: OperationKind;
  /** How long the enclave may take, ms. `sync` reads from exchanges, and `submit` asks them. */
  readonly timeoutMs: number;
  /** The pool whose places it uses at the parent. Null: it does not wait. */
  readonly pool: OperationPool | null;
  /** Whether every enclave of a parent is asked, because the one that has the session open must close it. */
  readonly everywhere: boolean;
  /** Public codes that may end it, besides those of HTTP itself. */
  readonly codes: readonly PublicCode[];
  /** Null: only the parent sends it. */
  readonly http: HttpRoute | null;
}

const TIMEOUT_MS = 15_000;

/** Codes of every operation that asks an enclave. */
const OF_ENCLAVE = [
  'rate_limited',
  'overloaded',
  'deadline_exceeded',
  'frame_malformed',
  'request_too_large',
  'enclave_unavailable',
  'enclave_not_ready',
  'kms_unavailable',
  'genesis_mismatch',
  'deployment_refused',
] as const satisfies readonly PublicCode[];

/** Codes of every operation that names a session. */
const OF_SESSION = [
  ...OF_ENCLAVE,
  'session_unknown',
  'session_expired',
  'session_lost',
  'state_rejected',
  'state_version_unsupported',
  'store_unavailable',
] as const satisfies readonly PublicCode[];

const OF_READ = [
  ...OF_SESSION,
  'query_unreadable',
  'query_refused',
  'sync_pending',
] as const satisfies readonly PublicCode[];

/** An operation that reads a session. All such operations have the same form. */
function reading<Name extends string>(name: Name, pool: 'read' | 'report', summary: string) {
  return {
    kind: 'read',
    pool,
    timeoutMs: TIMEOUT_MS,
    everywhere: false,
    codes: OF_READ,
    http: {
      method: 'GET',
      path: `/enclave/${name}/{sessionId}`,
      input: 'query',
      output: 'reply',
      status: 200,
      rateClass: pool,
      summary,
    },
  } as const satisfies OperationRow;
}

/** Every operation by its name. */
export const OPERATIONS = {
  boot: { kind: 'boot', pool: null, timeoutMs: TIMEOUT_MS, everywhere: false, codes: OF_ENCLAVE, http: null },
  ping: { kind: 'ping', pool: null, timeoutMs: 2_000, everywhere: false, codes: [], http: null },
  quote: {
    kind: 'open',
    pool: 'quote',
    timeoutMs: TIMEOUT_MS,
    everywhere: false,
    codes: [...OF_ENCLAVE, 'nonce_out_of_range'],
    http: {
      method: 'GET',
      path: '/attestation/quote',
      input: 'nonce',
      output: 'document',
      status: 200,
      rateClass: 'quote',
      summary: 'An attestation document with the enclave’s handshake key',
    },
  },
  submit: {
    kind: 'open',
    pool: 'submit',
    timeoutMs: 30_000,
    everywhere: false,
    codes: [
      ...OF_ENCLAVE,
      'submission_unreadable',
      'submission_refused',
      'unknown_handshake_key',
      'replayed_submission',
      'ttl_out_of_range',
      'sessions_full',
      'store_unavailable',
      'state_conflict',
    ],
    http: {
      method: 'POST',
      path: '/enclave/submit_key',
      input: 'submission',
      output: 'receipt',
      status: 201,
      rateClass: 'submit',
      summary: 'Hands accounts over, sealed to the enclave',
    },
  },
  metrics: reading('metrics', 'read', 'All metrics of a period'),
  summary: reading('summary', 'read', 'The few numbers of a dashboard'),
  returns: reading('returns', 'read', 'The days of a period, in pages'),
  trades: reading('trades', 'read', 'The round trips of a period, in pages'),
  report: reading('report', 'report', 'A signed report'),
  renew: {
    kind: 'change',
    pool: 'control',
    timeoutMs: TIMEOUT_MS,
    everywhere: false,
    codes: [...OF_SESSION, 'query_unreadable', 'renewal_replayed', 'ttl_out_of_range', 'state_conflict'],
    http: {
      method: 'POST',
      path: '/enclave/renew/{sessionId}',
      input: 'request',
      output: 'reply',
      status: 200,
      rateClass: 'change',
      summary: 'Moves the end of a session',
    },
  },
  revoke: {
    kind: 'end',
    pool: 'control',
    timeoutMs: TIMEOUT_MS,
    everywhere: true,
    codes: OF_SESSION,
    http: {
      method: 'DELETE',
      path: '/enclave/revoke/{sessionId}',
      input: 'none',
      output: 'none',
      status: 204,
      rateClass: 'change',
      summary: 'Ends a session',
    },
  },
  sync: {
    kind: 'change',
    pool: 'sync',
    timeoutMs: 60_000,
    everywhere: false,
    codes: [...OF_SESSION, 'state_conflict'],
    http: null,
  },
} as const satisfies Readonly<Record<string, OperationRow>>;

/** Name of an operation. */
export type Operation = keyof typeof OPERATIONS;

/** Operations that read a session. */
export type ReadOperation = {
  [Name in Operation]: (typeof OPERATIONS)[Name]['kind'] extends 'read' ? Name : never;
}[Operation];

/** Every name, in the order of the table. */
export const OPERATION_NAMES = Object.keys(OPERATIONS) as readonly Operation[];

/** The row of an operation. */
export function operationRow(operation: Operation): OperationRow {
  return OPERATIONS[operation];
}

/** Operations that a client may ask for, each with its route. */
export function routedOperations(): readonly (readonly [operation: Operation, route: HttpRoute])[] {
  return OPERATION_NAMES.flatMap((name) => {
    const { http } = operationRow(name);
    return http === null ? [] : [[name, http] as const];
  });
}

/** The path of a route to one session. @param session - an id; it needs no escaping */
export function pathOf(operation: Operation, session = ''): string {
  const { http } = operationRow(operation);
  if (http === null) throw new TypeError(`${operation} has no route`);
  return http.path.replace('{sessionId}', session);
}
