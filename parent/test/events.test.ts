import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { EVENTS, type EventName, type ParentEvent } from '../src/events.ts';
import { createLog, logEvents } from '../src/log.ts';

const names = Object.keys(EVENTS) as EventName[];

/** Events in docs/operations.md, as rows or items: name, level, fields in their written form. */
function documented(): readonly (readonly string[])[] {
  const text = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const [section] = text.slice(text.indexOf('### Events of the parent')).split(/\n#{2,3} (?!Events)/);
  const rows = section!.matchAll(/^\| `(\w+)` \| (\w+) \| ([^|]+) \| ([^|]+) \|$/gm);
  const items = section!.matchAll(
    /^- `(\w+)`\n {2}- Level: (\w+)\n(?: {2}- Fields: (.*(?:\n {4}.*)*)\n)? {2}- When: .+/gm,
  );
  return [...rows, ...items].map(([, name, level, fields = '']) => [
    name!,
    level!,
    fields.replaceAll(/\n +/g, ' '),
  ]);
}

/** Fields of an event in the form of the document, with optional ones in brackets. */
function fieldsOf(name: EventName): string {
  const shape: Readonly<Record<string, z.ZodType>> = EVENTS[name].fields.shape;
  return Object.entries(shape)
    .map(([field, schema]) => (schema instanceof z.ZodOptional ? `[\`${field}\`]` : `\`${field}\``))
    .join(', ');
}

describe('when docs/operations.md lists the events of the parent', () => {
  it('it lists all events, with level and fields, and no others', () => {
    expect(documented()).toEqual(names.map((name) => [name, EVENTS[name].level, fieldsOf(name)]));
  });
});

describe('when an event is logged', () => {
  it('its line has its name, its fields and its text, at its level', () => {
    const lines: string[] = [];
    const log = createLog('trace', { write: (line) => void lines.push(line) });
    const levels = { debug: 20, info: 30, warn: 40, error: 50 };
    for (const name of names) {
      // Its fields do not matter here.
      logEvents(log)({ event: name } as ParentEvent);
      const { level, says } = EVENTS[name];
      expect(JSON.parse(lines.at(-1)!)).toEqual({
        ...{ level: levels[level], time: expect.any(String), room: 'parent', event: name, msg: says },
      });
    }
  });

  it('a thrown error is logged with its stack', () => {
    const lines: string[] = [];
    const emit = logEvents(createLog('info', { write: (line) => void lines.push(line) }));
    emit({ event: 'request_failed', request_id: 'r', err: new TypeError('unforeseen') });
    expect(JSON.parse(lines[0]!)).toMatchObject({
      event: 'request_failed',
      request_id: 'r',
      err: { type: 'TypeError', message: 'unforeseen', stack: expect.stringContaining('events.test') },
    });
  });
});

describe('when a part of the parent reports something', () => {
  it('it emits an event: only the entry uses the log', () => {
    const folder = new URL('../src/', import.meta.url);
    const importing = (module: RegExp) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.ts') && module.test(readFileSync(new URL(path, folder), 'utf8')))
        .toSorted();
    expect(importing(/from 'pino'/)).toEqual(['log.ts']);
    expect(importing(/from '[./]+\/log\.ts'/)).toEqual(['main.ts']);
    expect(importing(/\bconsole\b/)).toEqual([]);
  });
});

describe('when an event is named', () => {
  it.each(names)('%s describes the event, in lower case, and its times have a unit', (name) => {
    expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
    for (const field of Object.keys(EVENTS[name].fields.shape)) {
      expect(field).not.toMatch(/(time|duration|delay|took|after|ms)$/);
    }
  });

  it('no field replaces a field of every line', () => {
    for (const name of names) {
      const fields = Object.keys(EVENTS[name].fields.shape);
      expect(
        fields.filter((field) => ['event', 'level', 'time', 'room', 'msg', 'pid'].includes(field)),
      ).toEqual([]);
    }
  });

  it('no event accepts more than eight characters of a session, or an unknown field', () => {
    const done = { session: '12345678', durationMs: 1 };
    const { fields } = EVENTS.sync_done;
    expect(fields.safeParse(done).success).toBe(true);
    expect(fields.safeParse({ ...done, session: '123456789' }).success).toBe(false);
    expect(fields.safeParse({ ...done, body: 'x' }).success).toBe(false);
  });
});
