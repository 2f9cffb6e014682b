// measurements.json of a release (docs/release.md). After `make build`.
//   release.mjs add FILE FACTS [EIF]              appends what was built to the releases that FILE has, if it is there
//   release.mjs revoke FILE COMMIT INSTANT WHY    says that a release is not to be believed after INSTANT (ISO)
//   release.mjs sign FILE KEY                     writes FILE.sig, with a private key of P-384 in PEM
// Canonical JSON (RFC 8785): the same facts are the same bytes, and so are their signatures' messages.
import { spawnSync } from 'node:child_process';
import { createHash, createPrivateKey, sign } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseMeasurements } from '../../client/dist/measurements/measurements.js';
import { canonicalJsonBytes } from '../../shared/dist/codec/canonical-json.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FORMAT = 'perf-aggregator/measurements/1';

class Refused extends Error {}

function add(file, facts, eif) {
  const release = releaseOf(facts, eif);
  const others = readReleases(file).filter(({ commit }) => commit !== release.commit);
  write(file, [...others, release]);
  if (release.pcrs === null)
    console.error('no image file: the release says no PCRs, and nobody can verify by it');
  console.log(
    `${file}: ${release.version} of ${release.commit}, root file system ${release.rootFileSystem.sha256}`,
  );
}

function releaseOf(facts, eif) {
  const read = (name) => readFileSync(join(facts, name));
  const json = (name) => JSON.parse(read(name).toString('utf8'));
  const { commit, base } = json('build.json');
  if (commit.endsWith('-dirty'))
    throw new Refused('release_dirty: commit or remove what the working tree has besides');
  if (!/@sha256:[0-9a-f]{64}$/.test(base)) {
    throw new Refused(`release_base_unpinned: build with BUILDER_IMAGE=node:…@sha256:…, not with ${base}`);
  }
  const files = json('files.json');
  const hashOf = (path) => files.find((each) => each.path === path).sha256;
  const rootfs = read('rootfs.tar');
  return {
    version: JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version,
    commit,
    notAfter: null,
    reason: null,
    pcrs: eif === undefined ? null : measure(eif),
    rootFileSystem: { sha256: sha256(rootfs), bytes: rootfs.length },
    configuration: {
      'enclave.json': hashOf('/etc/perf-aggregator/enclave.json'),
      'ca.pem': hashOf('/etc/perf-aggregator/ca.pem'),
    },
    sbom: sha256(read('sbom.json')),
    base,
    tools: json('tools.json'),
  };
}

function measure(eif) {
  const { status, stdout, stderr } = spawnSync(join(ROOT, 'perf-aggregator'), ['measure', eif, '--json'], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Refused(stderr.trim());
  return JSON.parse(stdout).pcrs;
}

function revoke(file, commit, instant, why) {
  const releases = readReleases(file);
  const release = releases.find((each) => each.commit === commit);
  if (!release) throw new Refused(`release_unknown: ${file} has no release of ${commit}`);
  write(
    file,
    releases.map((each) => (each === release ? { ...each, notAfter: instant, reason: why } : each)),
  );
  console.log(`${file}: ${release.version} is not to be believed after ${instant}`);
}

function signFile(file, keyFile) {
  const key = createPrivateKey(readFileSync(keyFile));
  if (key.asymmetricKeyDetails?.namedCurve !== 'secp384r1')
    throw new Refused('release_key_unsuitable: P-384 is needed');
  writeFileSync(`${file}.sig`, sign('sha384', readFileSync(file), key));
  console.log(`${file}.sig`);
}

function readReleases(file) {
  return existsSync(file) ? parseMeasurements(readFileSync(file, 'utf8')).releases : [];
}

/** Writes what its readers will take, or nothing; a signature over what it said before is none any more. */
function write(file, releases) {
  const bytes = canonicalJsonBytes({ format: FORMAT, releases });
  parseMeasurements(Buffer.from(bytes).toString('utf8'));
  mkdirSync(dirname(file), { recursive: true });
  rmSync(`${file}.sig`, { force: true });
  writeFileSync(file, bytes);
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

const COMMANDS = { add, revoke, sign: signFile };

try {
  const [command, ...parameters] = process.argv.slice(2);
  if (!Object.hasOwn(COMMANDS, command ?? '')) throw new Refused('usage: release.mjs add|revoke|sign …');
  COMMANDS[command](...parameters);
} catch (refused) {
  if (!(refused instanceof Refused || refused.code?.startsWith('measurements_'))) throw refused;
  console.error(refused.code ? `${refused.code}: ${refused.message}` : refused.message);
  process.exitCode = 1;
}
