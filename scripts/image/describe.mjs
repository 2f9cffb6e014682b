// Writes the tables of docs/image.md from what the last build of the enclave's image says it holds
// (dist/images/enclave): describe.mjs. What is not in PURPOSES has no reason to be in the image, and fails.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = join(ROOT, 'docs/image.md');

const PURPOSES = [
  [/^\/app\/main\.mjs$/, 'the entry: hardening, module, configuration, then what serves'],
  [/^\/app\/serve\.mjs$/, 'names the function that serves, so that a test can start the same bytes'],
  [/^\/app\/shared\.mjs$/, 'everything else of the enclave, with the packages below'],
  [/^\/app\/nsm\.node$/, 'one ioctl on /dev/nsm (enclave/native/nsm.c)'],
  [/^\/app\/vsock\.node$/, 'descriptors of AF_VSOCK (shared/native/vsock.c)'],
  [/^\/etc\/perf-aggregator\/enclave\.json$/, 'measured configuration: hosts, ports, predecessors'],
  [/^\/etc\/perf-aggregator\/ca\.pem$/, 'the only trusted certificate authorities: of KMS and the venues'],
  [/^\/usr\/local\/bin\/node$/, 'the runtime, stripped of symbols'],
  [/\/ld-linux[^/]*$/, 'loads node and its libraries'],
  [/\/libc\.so\.6$/, 'the C library'],
  [/\/lib(dl|pthread)\.so\.\d$/, 'empty since glibc 2.34; node still names it'],
  [/\/libm\.so\.6$/, "the C library's mathematics"],
  [/\/libstdc\+\+\.so\.6$/, "node's C++ library"],
  [/\/libgcc_s\.so\.1$/, 'unwinds C++ exceptions'],
];

/** Lines of the table of files. */
export function fileRows(files) {
  return files.map(({ path, mode, origin }) => {
    const why = PURPOSES.find(([pattern]) => pattern.test(path))?.[1];
    if (why === undefined) throw new Error(`${path}: why is it in the image?`);
    const from = origin.kind === 'debian' ? `Debian ${origin.name}` : origin.kind;
    return `| \`${path}\` | ${mode} | ${from} | ${why} |`;
  });
}

/** Lines of the table of hashes: of files that lie in the repository as they are. The others are a release's. */
export function hashRows(files) {
  return files
    .filter(({ path }) => path.startsWith('/etc/'))
    .map(({ path, sha256 }) => `| \`${path}\` | \`${sha256}\` |`);
}

/** Lines of the table of packages, the largest first. */
export function packageRows(packages) {
  return [...packages]
    .sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1))
    .map(
      ({ name, version, license, bytes }) => `| ${name} | ${version} | ${license} | ${kilobytes(bytes)} |`,
    );
}

function kilobytes(bytes) {
  return bytes < 1000 ? '< 1' : String(Math.round(bytes / 1000));
}

function replaceTable(text, name, rows) {
  const pattern = new RegExp(`(<!-- ${name} -->\\n(?:\\|.*\\n){2})(?:\\|.*\\n)*`);
  if (!pattern.test(text)) throw new Error(`docs/image.md has no table ${name}`);
  return text.replace(pattern, (_, head) => `${head}${rows.join('\n')}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const read = (name) => JSON.parse(readFileSync(join(ROOT, 'dist/images/enclave', name), 'utf8'));
  const files = read('files.json');
  const tables = {
    files: fileRows(files),
    hashes: hashRows(files),
    packages: packageRows(read('packages.json')),
  };
  const page = Object.entries(tables).reduce(
    (text, [name, rows]) => replaceTable(text, name, rows),
    readFileSync(PAGE, 'utf8'),
  );
  writeFileSync(PAGE, page);
}
