import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EifError } from '@perf-aggregator/attestation/eif/errors';
import { utf8 } from '@perf-aggregator/shared/bytes';
import { afterAll, describe, expect, it } from 'vitest';
import { buildImage, expectedPcrs, TYPE } from '../../../attestation/test/eif/eif-builder.ts';
import { run } from './cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'pa-measure-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Unsigned and without metadata. The kernel is read in several pieces. */
const SECTIONS = [
  { type: TYPE.kernel, content: new Uint8Array(2_500_000).fill(7) },
  { type: TYPE.cmdline, content: utf8('console=ttyS0') },
  { type: TYPE.ramdisk, content: new Uint8Array(1_100_000).fill(8) },
  { type: TYPE.ramdisk, content: new Uint8Array(300).fill(9) },
];
const IMAGE = buildImage({ sections: SECTIONS });

async function measure(content: Uint8Array | null, ...flags: string[]) {
  const file = join(folder, 'image.eif');
  rmSync(file, { force: true });
  if (content !== null) writeFileSync(file, content);
  return run(['measure', file, ...flags], { clock: { now: () => 0 }, home: folder });
}

describe('when an enclave image is measured from the command line', () => {
  const { pcr0, pcr1, pcr2 } = expectedPcrs(SECTIONS);
  const expected = { '0': pcr0, '1': pcr1, '2': pcr2 };

  it('prints its PCRs, and the options that require them', async () => {
    const { code, stdout } = await measure(IMAGE);
    expect(code).toBe(0);
    for (const [index, value] of Object.entries(expected))
      expect(stdout).toContain(`--pcr ${index}=${value}`);
    expect(stdout).toContain('kernel 2500000, cmdline 13, ramdisk 1100000, ramdisk 300');
  });

  it('prints them as JSON in the same form as verify', async () => {
    const { code, stdout } = await measure(IMAGE, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ pcrs: expected, pcr0, signer: null });
  });

  it.each([
    ['a file that ends early', IMAGE.subarray(0, 3_000_000), 'eif_truncated'],
    ['an empty file', Buffer.alloc(0), 'eif_truncated'],
    ['a changed byte', IMAGE.with(1_000_000, 1), 'eif_crc_mismatch'],
    ['another kind of file', Buffer.from('x'.repeat(1000)), 'eif_magic_invalid'],
  ])('refuses %s', async (_, content, expectedCode) => {
    const { code, error } = await measure(content);
    expect(error).toBeInstanceOf(EifError);
    expect([code, (error as EifError).code]).toEqual([1, expectedCode]);
  });

  it('names a file that is missing, or is a folder', async () => {
    expect(await measure(null)).toMatchObject({ code: 2, error: { code: 'file_unreadable' } });
    const folderAsFile = await run(['measure', folder], { clock: { now: () => 0 }, home: folder });
    expect(folderAsFile).toMatchObject({ code: 2, error: { code: 'file_unreadable' } });
  });
});
