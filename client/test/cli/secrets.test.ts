/** A prompt for a secret: what is typed, and every other way that it may end. */
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { EXIT, exitCodeOf, Interrupted, isSilent, outputFault, UsageError } from '../../src/cli/exit.ts';
import { readSecret } from '../../src/cli/secrets.ts';

/** A prompt at which `typed` is typed, and all that it shows. */
async function typing(typed: string): Promise<{ secret: unknown; shown: string; rawModes: boolean[] }> {
  const rawModes: boolean[] = [];
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (mode: boolean) => void rawModes.push(mode),
  });
  const output = new PassThrough();
  const source = { name: 'API key', file: undefined, variable: 'VARIABLE', value: undefined };
  const reading = readSecret(source, { input, output }).catch((error: unknown) => error);
  input.write(typed);
  const secret = await reading;
  return { secret, shown: String(output.read()), rawModes };
}

describe('when a secret is asked for on a terminal', () => {
  it('the terminal is without echo before the question is seen', async () => {
    const happened: string[] = [];
    const input = Object.assign(new PassThrough(), {
      isTTY: true,
      setRawMode: (mode: boolean) => void happened.push(mode ? 'raw' : 'as it was'),
    });
    const output = new PassThrough();
    output.on('data', (text: Buffer) => happened.push(text.toString()));
    const source = { name: 'API key', file: undefined, variable: 'VARIABLE', value: undefined };
    const reading = readSecret(source, { input, output });
    input.write('s3cret\r');
    await reading;
    expect(happened.slice(0, 2)).toEqual(['raw', 'API key: ']);
  });

  it('it is what was typed, which nobody sees', async () => {
    expect(await typing('s3cret\r')).toEqual({
      secret: 's3cret',
      shown: 'API key: \n',
      rawModes: [true, false],
    });
  });

  it('Ctrl-C ends it with 130, without a word, and gives the terminal back', async () => {
    const { secret, shown, rawModes } = await typing('s3cr\u0003');
    expect(secret).toBeInstanceOf(Interrupted);
    expect([exitCodeOf(secret), isSilent(secret)]).toEqual([130, true]);
    expect(shown).toBe('API key: \n');
    expect(rawModes).toEqual([true, false]);
  });

  it.each([
    ['Ctrl-D', '\u0004'],
    ['an empty line', '\r'],
  ])('%s is no secret', async (_, typed) => {
    const { secret } = await typing(typed);
    expect(secret).toBeInstanceOf(UsageError);
    expect(secret).toMatchObject({
      code: 'secret_missing',
      message: 'API key: set VARIABLE, or name a file',
    });
  });

  it('where nobody sits, nothing is asked', async () => {
    const source = { name: 'API key', file: undefined, variable: 'VARIABLE', value: undefined };
    const [input, output] = [new PassThrough(), new PassThrough()];
    await expect(readSecret(source, { input, output })).rejects.toMatchObject({ code: 'secret_missing' });
    expect(output.read()).toBeNull();
  });
});

describe('when output cannot be written', () => {
  const failing = (code?: string) => outputFault(Object.assign(new Error('write'), { code }));

  it('a reader that went away is a failure that needs no words', () => {
    const fault = failing('EPIPE');
    expect([exitCodeOf(fault), isSilent(fault)]).toEqual([EXIT.readerGone, true]);
    expect(EXIT.readerGone).toBe(141);
  });

  it.each([
    ['ENOSPC', 'its disk is full'],
    ['EIO', 'EIO'],
    [undefined, 'unknown'],
  ])('%s has a code', (code, why) => {
    const fault = failing(code);
    expect(fault).toMatchObject({
      code: 'output_failed',
      message: `standard output cannot be written: ${why}`,
    });
    expect([exitCodeOf(fault), isSilent(fault)]).toEqual([2, false]);
  });
});
