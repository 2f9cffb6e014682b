/** `measure`: computes the PCRs of an enclave image file, which is read in pieces. */
import { createReadStream, type Stats, statSync } from 'node:fs';
import { type EifMeasurement, EifMeter } from '@perf-aggregator/attestation/eif/measure';
import type { Command } from 'commander';
import { registerName } from '../present/document-text.ts';
import { time } from '../present/format.ts';
import { type Rows, table } from '../present/table.ts';
import type { CliContext } from './context.ts';
import { unreadable } from './files.ts';
import { ProgressBar, print } from './terminal.ts';

const PIECE_BYTES = 1 << 20;

/** Adds the `measure` command. */
export function addMeasureCommand(program: Command, context: CliContext): void {
  program
    .command('measure')
    .description('PCRs that an enclave started from an image file (.eif) will attest')
    .argument('<file>', 'the enclave image; - for standard input')
    .action(async (file: string) => {
      const measured = await measureFile(context, file);
      print(context.terminal, toJson(measured), () => toText(measured));
    });
}

async function measureFile(context: CliContext, file: string): Promise<EifMeasurement> {
  const size = file === '-' ? null : statOf(file).size;
  const bar = new ProgressBar(context.terminal);
  const meter = new EifMeter();
  let read = 0;
  try {
    for await (const piece of openStream(file)) {
      meter.update(piece as Uint8Array);
      read += (piece as Uint8Array).length;
      // The length of a stream is unknown.
      if (size !== null) bar.show(read / size, 'measured');
    }
  } catch (cause) {
    if (cause instanceof Error && 'syscall' in cause) throw unreadable(file, cause);
    throw cause;
  } finally {
    bar.clear();
  }
  return meter.finish();
}

function openStream(file: string) {
  const options = { highWaterMark: PIECE_BYTES };
  return file === '-'
    ? createReadStream('', { ...options, fd: 0, autoClose: false })
    : createReadStream(file, options);
}

function statOf(file: string): Stats {
  try {
    return statSync(file);
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

/** The same as {@link EifMeasurement}, with `pcrs` in the form that `verify --json` prints. */
function toJson(measured: EifMeasurement) {
  const { signer, ...rest } = measured;
  const pcrs = Object.fromEntries(registersOf(measured));
  if (signer === undefined) return { ...rest, pcrs, signer: null };
  const { subject, notBefore, notAfter } = signer;
  return { ...rest, pcrs, signer: { subject, notBefore, notAfter } };
}

function toText(measured: EifMeasurement): string {
  const { signer, architecture, sections } = measured;
  const registers = registersOf(measured);
  const rows: Rows = [
    ...registers.map(([index, value]) => [`PCR${index}`, `${value}  ${registerName(index)}`] as const),
    ['Architecture', architecture],
    ['Sections', sections.map(({ type, size }) => `${type} ${size}`).join(', ')],
    ...(signer === undefined
      ? []
      : ([
          ['Signed by', `${signer.subject}, ${time(signer.notBefore)} to ${time(signer.notAfter)} UTC`],
        ] as const)),
  ];
  const flags = registers.map(([index, value]) => `--pcr ${index}=${value}`).join(' ');
  return `${table(rows)}\n\nTo demand this image:\n  ${flags}`;
}

function registersOf({ pcr0, pcr1, pcr2, pcr8 }: EifMeasurement): readonly (readonly [number, string])[] {
  const registers = [[0, pcr0] as const, [1, pcr1] as const, [2, pcr2] as const];
  return pcr8 === undefined ? registers : [...registers, [8, pcr8]];
}
