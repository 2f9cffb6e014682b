import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLog } from '../src/log.ts';

const MARKER = 'marker-that-nobody-may-see';

function lines(level = 'info') {
  const written: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      written.push(String(chunk));
      done();
    },
  });
  const log = createLog(level, destination);
  return { log, written };
}

describe('when something is logged', () => {
  it.each(['credentials', 'authorization', 'body', 'q'])(
    '"%s" is censored, at the top level and one below',
    (name) => {
      const { log, written } = lines();
      log.info({ plain: MARKER }, 'planted');
      expect(written.join('')).toContain(MARKER);
      log.info({ [name]: MARKER, request: { [name]: { deep: MARKER } } }, 'told');
      expect(written[1]).not.toContain(MARKER);
      expect(JSON.parse(written[1]!)).toMatchObject({
        room: 'parent',
        msg: 'told',
        [name]: '[redacted]',
        request: { [name]: '[redacted]' },
      });
    },
  );

  it('entries below the level are not written', () => {
    const { log, written } = lines('warn');
    log.info('quiet');
    log.warn('heard');
    expect(written).toHaveLength(1);
  });
});
