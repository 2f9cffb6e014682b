// Checks the sources against the project's rules (rooms.json, docs/architecture.md):
// which room may import which, which rooms also run in browsers, and who may read clocks, randomness and the
// environment. The engine may not call the unified methods of ccxt. No file and no folder of a room may import in a circle, and zod must be imported as a namespace.
// Prints one line per violation; the exit code is then 1.
//
//   node scripts/boundaries.mjs [folder]
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';

const SCOPE = '@perf-aggregator/';
/** Files that may touch the platform's clock, randomness and environment: entries and the adapters. */
const EDGES = [
  /(^|\/)main\.ts$/,
  /^shared\/src\/(clock|random)\.ts$/,
  /^client\/src\/cli\//,
  /^simulator\/src\/processes\//,
];
/** A file inside a package of somebody else's, where the package's index is too much. */
const PACKAGE_FILE = /^\.\.\/node_modules\/(?!@perf-aggregator\/)/;
const AMBIENT = [
  /\bDate\.now\s*\(/,
  /\bnew Date\(\)/,
  /\bMath\.random\s*\(/,
  /\bprocess\.env\b/,
  /\bgetRandomValues\s*\(/,
];
/** The engine reads raw answers with its own readers. The library's unified methods round, guess and leave out. */
const ENGINE = /^enclave\/src\/venues\//;
const UNIFIED = /(\.|\[['"`])(fetch(?!Implementation)[A-Z]\w*)/;

/** Every break of the rules in the tree at `root`, as text. */
export function findBreaks(root, rooms) {
  const breaks = [];
  const graph = new Map();
  for (const room of Object.keys(rooms)) {
    for (const file of sourceFiles(join(root, room, 'src'))) {
      const path = relative(root, file);
      const text = readFileSync(file, 'utf8');
      const imports = importsOf(path, text);
      graph.set(
        file,
        imports.filter(({ name }) => name.startsWith('.')).map(({ name }) => resolve(dirname(file), name)),
      );
      for (const imported of imports) breaks.push(...judge(path, room, imported, rooms));
      if (!EDGES.some((edge) => edge.test(path))) {
        const code = stripComments(text);
        for (const ambient of AMBIENT)
          if (ambient.test(code)) breaks.push(`${path}: ambient ${ambient.source}`);
      }
      const unified = ENGINE.test(path) ? UNIFIED.exec(stripComments(text)) : null;
      if (unified !== null) breaks.push(`${path}: unified method ${unified[2]}`);
    }
  }
  for (const cycle of cyclesOf(graph))
    breaks.push(`cycle: ${cycle.map((file) => relative(root, file)).join(' → ')}`);
  for (const room of Object.keys(rooms)) breaks.push(...circlesOf(root, room, graph));
  return breaks;
}

/**
 * Folders of a room that import each other in a circle, each circle once, with an import for each step. A folder is a
 * node, whatever lies in it; so is a file that lies in `src` itself. Its subfolders are nodes of their own.
 */
function circlesOf(root, room, graph) {
  const source = join(root, room, 'src');
  const nodeOf = (file) => (dirname(file) === source ? file : dirname(file));
  const folders = new Map();
  for (const [file, targets] of graph) {
    if (!file.startsWith(`${source}/`)) continue;
    for (const target of targets) {
      const [from, to] = [nodeOf(file), nodeOf(target)];
      if (from === to || !to.startsWith(source)) continue;
      const steps = folders.get(from) ?? new Map();
      folders.set(from, steps);
      if (!steps.has(to)) steps.set(to, `${relative(root, file)} imports ${relative(root, target)}`);
    }
  }
  const edges = new Map([...folders].map(([from, steps]) => [from, [...steps.keys()]]));
  return cyclesOf(edges).map((circle) => {
    const names = circle.map((node) => relative(root, node)).join(' → ');
    const steps = circle.slice(1).map((to, at) => folders.get(circle[at]).get(to));
    return `circle of folders: ${names} (${steps.join('; ')})`;
  });
}

function judge(path, room, { name, namespaced }, rooms) {
  const rule = rooms[room];
  const isEdge = (rule.edge ?? []).some((folder) => path.startsWith(`${room}/${folder}`));
  if (name.startsWith('node:')) {
    return rule.pure && !isEdge ? [`${path}: ${room} runs in browsers and imports ${name}`] : [];
  }
  if (name.startsWith('.')) {
    const target = relative(join(room, 'src'), join(dirname(path), name));
    if (PACKAGE_FILE.test(target)) return [];
    return target.startsWith('..') ? [`${path}: leaves its room by ${name}`] : [];
  }
  if (name === 'zod' && !namespaced) {
    return [`${path}: zod is imported as a namespace (import * as z), or bundlers keep all of it`];
  }
  if (!name.startsWith(SCOPE)) return [];
  const [other, ...rest] = name.slice(SCOPE.length).split('/');
  if (!rule.imports.includes(other)) return [`${path}: ${room} may not import ${name}`];
  const only = rule.only?.[other];
  const allowed = !only || only.some((pattern) => matches(pattern, rest.join('/')));
  return allowed ? [] : [`${path}: ${room} may not name ${name}`];
}

function matches(pattern, path) {
  return pattern.endsWith('/*') ? path.startsWith(pattern.slice(0, -1)) : pattern === path;
}

function importsOf(path, text) {
  const { module, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: cannot be parsed: ${errors[0].message}`);
  const dynamic = module.dynamicImports.map(({ moduleRequest: { start, end } }) => ({
    name: text.slice(start + 1, end - 1),
    namespaced: true,
  }));
  const reexported = module.staticExports.flatMap(({ entries }) =>
    entries.map(({ moduleRequest }) => ({ name: moduleRequest?.value, namespaced: false })),
  );
  const imported = module.staticImports.map(({ moduleRequest, entries }) => ({
    name: moduleRequest.value,
    namespaced: entries.every(({ importName }) => importName.kind === 'NamespaceObject'),
  }));
  return [...imported, ...reexported, ...dynamic].filter(({ name }) => name);
}

function cyclesOf(graph) {
  const cycles = [];
  const done = new Set();
  const visit = (file, trail) => {
    if (trail.includes(file)) return cycles.push([...trail.slice(trail.indexOf(file)), file]);
    if (done.has(file)) return undefined;
    for (const next of graph.get(file) ?? []) visit(next, [...trail, file]);
    return done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return cycles;
}

function stripComments(text) {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, '$1');
}

function sourceFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|mjs)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '..'));
  const rooms = JSON.parse(readFileSync(join(dirname(fileURLToPath(import.meta.url)), 'rooms.json'), 'utf8'));
  const breaks = findBreaks(root, rooms);
  for (const line of breaks) console.error(line);
  console.log(breaks.length === 0 ? 'boundaries hold' : `${breaks.length} broken`);
  process.exitCode = breaks.length === 0 ? 0 : 1;
}
