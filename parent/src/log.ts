/** Structured logs (pino). What goes in is named field by field; bodies, queries and blobs never do. */
import { type DestinationStream, pino } from 'pino';

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
