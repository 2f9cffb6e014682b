// Runs a command under another Node, which npm installs:
//
//   node scripts/with-node.mjs VERSION COMMAND…
//   node scripts/with-node.mjs --image            prints the version that both images contain
//
// VERSION is a Node version, `image`, or `floor`: the oldest version that package.json allows. `npx -p node@…` would be
// enough for a single command. A command started that way cannot use npx itself, because it inherits npm's settings.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

/** The Node of both images, by the tag of their base. */
export function versionOfImage() {
  return /^ARG BUILDER_IMAGE=node:(\d+\.\d+\.\d+)-/m.exec(read('Dockerfile.enclave'))[1];
}

/** The oldest Node that will do. */
export function versionOfFloor() {
  return `${/^>=(\d+\.\d+)$/.exec(JSON.parse(read('package.json')).engines.node)[1]}.0`;
}

/** The program `node` of that version: npm keeps it, and asks for it once. Its headers come with it. */
function programOf(version) {
  const name = `node-${process.platform}-${process.arch}@${version}`;
  const command = ['-y', '-p', name, '--', 'node', '-p', 'process.execPath'];
  return execFileSync('npx', command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
}

function main([wanted, command, ...words]) {
  if (wanted === '--image') {
    process.stdout.write(`${versionOfImage()}\n`);
    return 0;
  }
  if (command === undefined) {
    process.stderr.write('with-node.mjs VERSION|image|floor COMMAND…\n');
    return 2;
  }
  const version = { image: versionOfImage, floor: versionOfFloor }[wanted]?.() ?? wanted;
  const env = { ...process.env, PATH: `${dirname(programOf(version))}${delimiter}${process.env.PATH}` };
  process.stdout.write(`Node ${version}\n`);
  const { status, error } = spawnSync(command, words, { env, stdio: 'inherit' });
  if (error) process.stderr.write(`${command}: ${error.message}\n`);
  return status ?? 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main(process.argv.slice(2));
