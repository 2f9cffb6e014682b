// Writes the tables of docs/image.md from what the last build of the enclave's image says it holds
// (dist/images/enclave): describe.mjs. What is not in PURPOSES has no reason to be in the image, and fails.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = join(ROOT, 'docs/image.md');

const PURPOSES = [
  [/^\/app\/main\.mjs$/, 'the entry: hardening, module, configuration, then what serves'],
  [
    /^\/app\/serve\.mjs$/,
    'a name for the function that serves: three lines, so that a test can start the same bytes',
  ],
  [/^\/app\/shared\.mjs$/, 'everything else of the enclave, with the packages below'],
  [/^\/app\/nsm\.node$/, 'one ioctl on /dev/nsm (enclave/native/nsm.c)'],
  [/^\/app\/vsock\.node$/, 'descriptors of AF_VSOCK (shared/native/vsock.c)'],
  [/^\/etc\/perf-aggregator\/enclave\.json$/, 'measured configuration: hosts, ports, predecessors'],
  [
    /^\/etc\/perf-aggregator\/ca\.pem$/,
    'certificate authorities of KMS and the venues; no others are trusted',
  ],
  [/^\/usr\/local\/bin\/node$/, 'the runtime, stripped of symbols'],
  [/\/ld-linux[^/]*$/, 'loads node and its libraries'],
  [/\/libc\.so\.6$/, 'the C library'],
  [/\/lib(dl|pthread)\.so\.\d$/, 'empty since glibc 2.34; node still names it'],
  [/\/libm\.so\.6$/, "the C library's mathematics"],
  [/\/libstdc\+\+\.so\.6$/, "node's C++ library"],
  [/\/libgcc_s\.so\.1$/, 'unwinds C++ exceptions'],
];

/** Lines of the table of files. Hashes of what lies in the repository as it is; the others are a release's. */
export function fileRows(files) {
  return files.map(({ path, mode, sha256, origin }) => {
    const why = PURPOSES.find(([pattern]) => pattern.test(path))?.[1];
    if (why === undefined) throw new Error(`${path}: why is it in the image?`);
    const from = origin.kind === 'debian' ? `Debian ${origin.name}` : origin.kind;
    const hash = path.startsWith('/etc/') ? `\`${sha256}\`` : 'of the release';
    return `| \`${path}\` | ${mode} | ${from} | ${why} | ${hash} |`;
  });
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
  const page = replaceTable(readFileSync(PAGE, 'utf8'), 'files', fileRows(read('files.json')));
  writeFileSync(PAGE, replaceTable(page, 'packages', packageRows(read('packages.json'))));
}
