// Runs a command under another Node, which npm brings:
//
//   node scripts/with-node.mjs VERSION COMMAND…
//
// VERSION is one of Node's, or `image`: the one that both images ship with (Dockerfile.enclave). `npx -p node@…` would do
// for a single command, but what that starts cannot use npx itself: npm's settings go down with it.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The Node of both images, by the tag of their base. */
function versionOfImage() {
  const dockerfile = readFileSync(new URL('../Dockerfile.enclave', import.meta.url), 'utf8');
  return /^ARG BUILDER_IMAGE=node:([\d.]+)-/m.exec(dockerfile)[1];
}

/** The program `node` of that version: npm keeps it, and asks for it once. Its headers lie beside it. */
function programOf(version) {
  const name = `node-${process.platform}-${process.arch}@${version}`;
  const command = ['-y', '-p', name, '--', 'node', '-p', 'process.execPath'];
  return execFileSync('npx', command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
}

function main([wanted, command, ...words]) {
  if (command === undefined) {
    process.stderr.write('with-node.mjs VERSION|image COMMAND…\n');
    return 2;
  }
  const version = wanted === 'image' ? versionOfImage() : wanted;
  const folder = dirname(programOf(version));
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` };
  process.stdout.write(`Node ${version}\n`);
  const { status, error } = spawnSync(command, words, { env, stdio: 'inherit' });
  if (error) process.stderr.write(`${command}: ${error.message}\n`);
  return status ?? 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main(process.argv.slice(2));
