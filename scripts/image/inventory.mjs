// Inside a build: what the enclave's root file system holds. inventory.mjs TREE META OUT writes OUT/files.json (path,
// mode, bytes, SHA-256, origin of every file), OUT/sbom.json (CycloneDX, without serial number or time: the same image
// has the same) and OUT/tools.json (what built it).
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';

const PACKAGE = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//;

/** The npm packages of a bundle, by name: version, licence, integrity of the lockfile, bytes in the bundle. */
export function packagesOf(meta, root) {
  const integrities = readIntegrities(join(root, 'pnpm-lock.yaml'));
  const packages = new Map();
  for (const { inputs } of Object.values(meta.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const match = PACKAGE.exec(path);
      if (!match) continue;
      const { name, version, license } = JSON.parse(
        readFileSync(join(root, match[0], 'package.json'), 'utf8'),
      );
      const key = `${name}@${version}`;
      const known = packages.get(key) ?? {
        name,
        version,
        license,
        integrity: integrities.get(key),
        bytes: 0,
      };
      packages.set(key, { ...known, bytes: known.bytes + bytesInOutput });
    }
  }
  return [...packages.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function readIntegrities(lockfile) {
  const entries = readFileSync(lockfile, 'utf8').matchAll(
    /^ {2}'?([^\s'][^']*?@[^\s'(]+)'?:\n {4}resolution: \{integrity: sha512-([A-Za-z0-9+/=]+)\}/gm,
  );
  return new Map([...entries].map(([, key, base64]) => [key, Buffer.from(base64, 'base64').toString('hex')]));
}

/** Every file of the tree, sorted by path. */
function filesOf(tree) {
  return readdirSync(tree, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const bytes = readFileSync(file);
      return {
        path: `/${relative(tree, file)}`,
        mode: (statSync(file).mode & 0o7777).toString(8).padStart(4, '0'),
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Name and version of the Debian package that a library of this build's base is of; null for other files. */
function debianPackage(path) {
  if (!/^\/(lib|lib64|usr\/lib)\//.test(path)) return null;
  const real = realpathSync(path);
  // A file that was merged into /usr is known to dpkg by the path that its package gives.
  const owner = dpkg('-S', real) ?? dpkg('-S', real.replace(/^\/usr/, ''));
  const [name, architecture] = owner.split(': ')[0].split(':');
  const version = dpkg('-W', `${name}:${architecture}`).trim().split('\t')[1];
  return { name, version, architecture };
}

function dpkg(...parameters) {
  try {
    return execFileSync('dpkg-query', parameters, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return null;
  }
}

function originOf(path) {
  if (path === '/usr/local/bin/node') return { kind: 'node', version: process.versions.node };
  const debian = debianPackage(path);
  return debian ? { kind: 'debian', ...debian } : { kind: 'repository' };
}

const { ComponentType, HashAlgorithm } = Enums;

function sha256(file) {
  return new Models.HashDictionary([[HashAlgorithm['SHA-256'], file.sha256]]);
}

function fileComponent(file) {
  return new Models.Component(ComponentType.File, file.path, { bomRef: file.path, hashes: sha256(file) });
}

function nodeComponent(file) {
  const { version } = file.origin;
  const purl = `pkg:generic/node@${version}`;
  return new Models.Component(ComponentType.Platform, 'node', {
    bomRef: purl,
    version,
    purl,
    hashes: sha256(file),
  });
}

function debianComponent({ origin: { name, version, architecture }, files }) {
  const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${architecture}`;
  const component = new Models.Component(ComponentType.Library, name, { bomRef: purl, version, purl });
  for (const file of files) component.components.add(fileComponent(file));
  return component;
}

function npmComponent({ name, version, license, integrity }) {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  return new Models.Component(ComponentType.Library, name, {
    ...{ bomRef: purl, version, purl },
    ...(license ? { licenses: new Models.LicenseRepository([new Models.NamedLicense(license)]) } : {}),
    ...(integrity ? { hashes: new Models.HashDictionary([[HashAlgorithm['SHA-512'], integrity]]) } : {}),
  });
}

function sbomOf(files, packages, version) {
  const bom = new Models.Bom();
  bom.metadata.component = new Models.Component(Enums.ComponentType.Application, 'perf-aggregator-enclave', {
    bomRef: `perf-aggregator-enclave@${version}`,
    version,
  });
  for (const file of files) {
    if (file.origin.kind === 'repository') bom.components.add(fileComponent(file));
    if (file.origin.kind === 'node') bom.components.add(nodeComponent(file));
  }
  for (const library of groupByPackage(files)) bom.components.add(debianComponent(library));
  for (const found of packages) bom.components.add(npmComponent(found));
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return serializer.serialize(bom, { sortLists: true, space: 1 });
}

function groupByPackage(files) {
  const groups = new Map();
  for (const file of files.filter(({ origin }) => origin.kind === 'debian')) {
    const group = groups.get(file.origin.name) ?? { origin: file.origin, files: [] };
    groups.set(file.origin.name, { ...group, files: [...group.files, file] });
  }
  return groups.values();
}

function firstLine(command, ...parameters) {
  return execFileSync(command, parameters, { encoding: 'utf8' }).split('\n')[0];
}

function main([tree, metaFile, out]) {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const files = filesOf(tree).map((file) => ({ ...file, origin: originOf(file.path) }));
  const packages = packagesOf(JSON.parse(readFileSync(metaFile, 'utf8')), root);
  const esbuild = JSON.parse(readFileSync(join(root, 'node_modules/esbuild/package.json'), 'utf8')).version;
  const tools = {
    node: process.versions.node,
    esbuild,
    pnpm: '10.34.9',
    compiler: firstLine('cc', '--version'),
    binutils: firstLine('strip', '--version'),
  };
  const write = (name, value) => writeFileSync(join(out, name), `${JSON.stringify(value, null, 1)}\n`);
  write('files.json', files);
  write('packages.json', packages);
  write('tools.json', tools);
  writeFileSync(join(out, 'sbom.json'), `${sbomOf(files, packages, version)}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
