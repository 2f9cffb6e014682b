/** The prompt for a secret: the normal input, and every other way in which it can end. */
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { EXIT, exitCodeOf, Interrupted, isSilent, outputFault, UsageError } from '../../src/cli/exit.ts';
import { readSecret } from '../../src/cli/secrets.ts';

/** Types `typed` at a prompt, and returns all its output. */
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

describe('when the command asks for a secret on a terminal', () => {
  it('the echo of the terminal is off before the question is shown', async () => {
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

  it('the secret is the typed text, which is not shown', async () => {
    expect(await typing('s3cret\r')).toEqual({
      secret: 's3cret',
      shown: 'API key: \n',
      rawModes: [true, false],
    });
  });

  it('Ctrl-C ends it with 130, without a message, and restores the terminal', async () => {
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

  it('without a terminal the command does not ask', async () => {
    const source = { name: 'API key', file: undefined, variable: 'VARIABLE', value: undefined };
    const [input, output] = [new PassThrough(), new PassThrough()];
    await expect(readSecret(source, { input, output })).rejects.toMatchObject({ code: 'secret_missing' });
    expect(output.read()).toBeNull();
  });
});

describe('when output cannot be written', () => {
  const failing = (code?: string) => outputFault(Object.assign(new Error('write'), { code }));

  it('a reader that closed the pipe is a failure without a message', () => {
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
