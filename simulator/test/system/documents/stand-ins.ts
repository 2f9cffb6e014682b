/** Stand-ins for programs that need AWS, a registry or systemd. They record their calls. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { PROGRAMS } from '../../docs/commands.ts';
import { writeProgram } from './clone.ts';

/** Programs that are part of a clone. */
const OWN = ['perf-aggregator', 'deploy/parent-files.sh'];
/** Files that commands name and that an operator or publisher has. They are made from `examples`. */
const BROUGHT = [
  ...['measurements.json', 'measurements.json.sig', 'publisher.pem', 'report.json', 'document.b64'],
  ...['PUBLISHED/measurements.json', 'dist/release/measurements.json'],
  ...['dist/images/enclave/rootfs.tar', 'dist/images/enclave/sbom.json'],
];

/** Puts stand-ins into a clone. @returns the folder that must be first in PATH, and the file of the recorded calls */
export function standIn(clone: string): { readonly programs: string; readonly record: string } {
  const programs = join(clone, '..', 'programs');
  const record = join(clone, '..', 'record');
  mkdirSync(programs);
  // RS and US (ASCII 30, 31) separate calls and words.
  const script = `#!/bin/sh
{ printf '%s' "\${0##*/}"; for word; do printf '\\037%s' "$word"; done; printf '\\036'; } >> '${record}'
case "$*" in *sign*) printf 'AAAA' ;; *) printf '{}' ;; esac
`;
  const isOwn = (name: string) => OWN.some((path) => basename(path) === name);
  for (const name of PROGRAMS) if (!isOwn(name)) writeProgram(join(programs, name), script);
  rmSync(join(clone, 'deploy'));
  mkdirSync(join(clone, 'deploy'));
  for (const path of OWN) {
    rmSync(join(clone, path), { force: true });
    writeProgram(join(clone, path), script);
  }
  for (const path of BROUGHT) {
    const source = join(clone, 'examples', basename(path));
    mkdirSync(join(clone, path, '..'), { recursive: true });
    cpSync(existsSync(source) ? source : join(clone, 'examples/README.md'), join(clone, path));
  }
  symlinkSync(join(clone, 'examples/publisher.pem'), join(clone, 'key.pem'));
  return { programs, record };
}

/** The recorded calls, in order. */
export function readRecord(record: string): readonly (readonly string[])[] {
  if (!existsSync(record)) return [];
  const calls = readFileSync(record, 'utf8').split('\u001e').slice(0, -1);
  return calls.map((call) => call.split('\u001f'));
}
