/**
 * Structured logs (pino). The inputs are events, and each of their fields is named. Bodies, queries and blobs are never
 * logged.
 */
import { type DestinationStream, pino } from 'pino';
import { EVENTS, type EventSink } from './events.ts';

/** The logger of the parent. */
export type Log = import('pino').Logger;

/** A JSON logger at `level`; fields that could carry a capability or a credential are censored. */
export function createLog(level: string, destination?: DestinationStream): Log {
  const options = {
    level,
    base: { room: 'parent' },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: [
        'credentials',
        '*.credentials',
        'authorization',
        '*.authorization',
        'body',
        '*.body',
        'q',
        '*.q',
      ],
      censor: '[redacted]',
    },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** Writes each event as a line: its name (`event`), its fields, its words (`msg`). */
export function logEvents(log: Log): EventSink {
  return (event) => {
    const { level, says } = EVENTS[event.event];
    log[level](event, says);
  };
}
