/**
 * What the parent reports about itself: a closed set of events. The log writes them, alarms count them by name, and
 * other readers count or audit them. No event holds a URL, query, body, blob or credential. Of a session's id it holds
 * at most the first eight characters. docs/operations.md explains each event.
 */
import { PUBLIC_CODES } from '@perf-aggregator/shared/wire/failure';
import * as z from 'zod';

/** How important an event is. The log leaves out events below its own level. */
export type EventLevel = 'debug' | 'info' | 'warn' | 'error';

/** What all events of one name share. */
interface EventKind<F extends z.ZodRawShape> {
  readonly level: EventLevel;
  /** The words of its log line. They may change; the name does not. */
  readonly says: string;
  /** Its fields. They hold no more than their names state. */
  readonly fields: z.ZodObject<F>;
  /** The alarm of `deploy` that counts the event by its name. Null: there is none. */
  readonly alarm: string | null;
}

function kind<F extends z.ZodRawShape>(
  level: EventLevel,
  says: string,
  fields: F,
  alarm: string | null = null,
): EventKind<F> {
  return { level, says, fields: z.strictObject(fields), alarm };
}

const text = z.string();
const count = z.int().min(0);
const publicCode = z.enum(PUBLIC_CODES);
/**
 * The first eight characters of a session's id: enough to follow one session through a log, too few to request its
 * data.
 */
const sessionPrefix = z.string().max(8);
/** The error that was thrown, with its stack. */
const thrown = z.unknown();
const request = { request_id: text, method: text, route: text };
const target = { host: text, port: count };

/** Every event by its name. */
export const EVENTS = {
  listening: kind('info', 'listening', { port: count }),
  draining: kind('info', 'draining', { delayMs: count }),
  drained: kind('info', 'drained', { durationMs: count }),

  request: kind('info', 'request', {
    ...request,
    status: count,
    code: publicCode.optional(),
    durationMs: count,
  }),
  request_refused: kind('info', 'request refused', {
    request_id: text,
    route: z.literal('none'),
    status: count,
    code: publicCode,
  }),
  request_aborted: kind('info', 'request aborted', { ...request, durationMs: count }),
  proxy_unnamed: kind('warn', 'somebody forwards for others and is not in TRUSTED_PROXIES', {
    peer: text,
  }),
  requests_shed: kind('warn', 'requests refused unread', { code: publicCode, count }),
  request_failed: kind('error', 'request failed', { request_id: text, err: thrown }, 'RequestFailed'),

  enclave_serving: kind('info', 'enclave serving', { enclave: text }),
  enclave_lost: kind('warn', 'enclave lost', { enclave: text }, 'EnclaveLost'),
  enclave_silent: kind('warn', 'enclave does not answer', { enclave: text }, 'EnclaveLost'),
  enclave_answers: kind('info', 'enclave answers again', { enclave: text, silentMs: count }),
  enclave_absent: kind('warn', 'no enclave', { enclave: text, code: text, reason: text }, 'EnclaveLost'),
  enclave_not_refreshed: kind('warn', 'enclave not refreshed', { enclave: text, code: text }),

  sync_done: kind('debug', 'sync done', { session: sessionPrefix, durationMs: count }),
  sync_failed: kind('warn', 'sync failed', {
    session: sessionPrefix,
    code: publicCode,
    durationMs: count,
    attempts: count,
    retryMs: count,
  }),
  sync_quarantined: kind('error', 'sync fails for ever', {
    session: sessionPrefix,
    code: publicCode,
    attempts: count,
  }),
  due_unreadable: kind('error', 'due sessions cannot be read', { err: thrown }),
  expired_erased: kind('info', 'expired sessions erased', { erased: count }),
  expired_not_erased: kind('error', 'expired sessions cannot be erased', { err: thrown }),

  egress_opened: kind('info', 'egress tunnel open', target),
  egress_refused: kind('warn', 'egress refused', {
    reason: z.enum([
      'head_malformed',
      'head_timeout',
      'host_denied',
      'address_refused',
      'name_not_found',
      'connect_failed',
      'connect_timeout',
      'overloaded',
      'draining',
    ]),
    host: text.optional(),
    port: count.optional(),
  }),

  store_slow: kind('warn', 'store slow', { operation: text, durationMs: count }),
} as const;

export type EventName = keyof typeof EVENTS;

type EventOf<N extends EventName> = { readonly event: N } & Readonly<z.infer<(typeof EVENTS)[N]['fields']>>;

/** One event: its name, and its fields. */
export type ParentEvent = { [N in EventName]: EventOf<N> }[EventName];

/** Why the egress proxy made no tunnel. */
export type EgressRefusal = EventOf<'egress_refused'>['reason'];

/** The receiver of events. It must not throw and must not block. */
export type EventSink = (event: ParentEvent) => void;
