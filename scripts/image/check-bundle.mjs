// Holds the enclave's bundle against what an enclave must not contain: check-bundle.mjs FOLDER.
// One line and a code per finding; exit code 1 when there is one.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the bundle's modules may come from. Tests, other rooms and the simulator's own packages are elsewhere. */
const SOURCES = [
  /^(shared|attestation|analytics|enclave)\/src\//,
  /^node_modules\/\.pnpm\/(?!@peculiar|reflect-metadata|fast-check|vitest)[^/]+\/node_modules\//,
  /^left-out:/,
];

/**
 * Text that must not occur, and how often it does in code of others that is known (docs/image.md). `room`: whose
 * sources hold it, which a test asserts, so that a word that was renamed there does not go on being searched here.
 */
export const FORBIDDEN = [
  { text: 'createSimulatedNsm', what: 'simulator: a module that signs what it is told', room: 'simulator' },
  { text: 'createNsmRoot', what: 'simulator: a root of its own', room: 'simulator' },
  { text: 'simulatedPcrs', what: 'simulator: measurements that were not measured', room: 'simulator' },
  { text: 'simulatedResolver', what: 'simulator: hosts on loopback', room: 'simulator' },
  { text: 'trusted: true', what: 'simulator: egress to any address', room: 'simulator' },
  { text: 'createKmsServer', what: 'simulator: a key service', room: 'simulator' },
  {
    text: 'perf-aggregator simulated internet',
    what: 'simulator: a certificate authority',
    room: 'simulator',
  },
  { text: 'ENCLAVE_PRIVATE_KEY_PATH', what: 'keys from a file', room: 'parent' },
  { text: 'ENCLAVE_PUBLIC_KEY_PATH', what: 'keys from a file', room: 'parent' },
  { text: '-----BEGIN PRIVATE KEY', what: 'a private key' },
  // ccxt, which reads a PEM that somebody gave it.
  { text: '-----BEGIN EC PRIVATE KEY', what: 'a private key', known: 1 },
  { text: '127.0.0.1', what: 'an address of this machine' },
  { text: '::1', what: 'an address of this machine' },
  // @smithy/core, and only when the client is made with defaultsMode auto: kms/client.ts says standard.
  { text: '169.254.169.254', what: 'the metadata service', known: 1 },
  { text: "from 'vitest'", what: 'test code' },
  { text: 'from "vitest"', what: 'test code' },
];

/** Everything that is wrong with the bundle in `folder`, as `{code, detail}`. */
export function findFaults(folder) {
  const meta = JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8'));
  const faults = [];
  for (const path of Object.keys(meta.inputs)) {
    if (
      !SOURCES.some((source) => source.test(path)) ||
      /\.test\.|\/test\//.test(path.split('node_modules/')[0])
    )
      faults.push({ code: 'input_foreign', detail: path });
  }
  const names = readdirSync(folder).filter((name) => name.endsWith('.mjs'));
  for (const name of new Set([...names, ...Object.keys(meta.outputs)])) {
    const size = names.includes(name) ? readFileSync(join(folder, name)).length : null;
    if (size !== meta.outputs[name]?.bytes) faults.push({ code: 'output_altered', detail: name });
  }
  const text = names.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
  for (const { text: word, what, known = 0 } of FORBIDDEN) {
    const times = text.split(word).length - 1;
    if (times > known) faults.push({ code: 'text_forbidden', detail: `${word} (${what}), ${times} times` });
  }
  return faults;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const faults = findFaults(process.argv[2]);
  for (const { code, detail } of faults) console.error(`${code}: ${detail}`);
  console.log(faults.length === 0 ? 'the bundle holds nothing that it must not' : `${faults.length} faults`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
