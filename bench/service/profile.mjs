// Where parent and enclave spend the time of `GET /enclave/metrics`: sampled on their main threads, each sample
// counted for the innermost function of this project, or package, that was running.
import { load, repeat, requestOf } from './load.mjs';
import { openSession } from './metrics-route.mjs';
import { startRig } from './rig.mjs';
import { printTable } from './statistics.mjs';

const REQUESTS = 8_000;
const OWN = /\/(shared|enclave|parent)\/dist\/(.*)\.js$/;
const DEPENDENCY = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//;

export async function profileMetricsRoute() {
  const rig = await startRig();
  try {
    const request = requestOf('GET', await openSession(rig));
    const run = (count) => load({ port: rig.port, queues: repeat(request, count, 16) });
    await run(REQUESTS);
    for (const name of ['parent', 'enclave']) {
      await rig[name].ask('startProfile');
      await run(REQUESTS);
      report(name, await rig[name].ask('stopProfile'));
    }
  } finally {
    await rig.stop();
  }
}

function report(name, { nodes, samples, timeDeltas }) {
  const parents = new Map(nodes.flatMap(({ id, children }) => (children ?? []).map((child) => [child, id])));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const costs = new Map();
  let busy = 0;
  for (const [index, id] of samples.entries()) {
    const place = placeOf(id, byId, parents);
    if (place === '(idle)') continue;
    busy += timeDeltas[index];
    costs.set(place, (costs.get(place) ?? 0) + timeDeltas[index]);
  }
  console.log(
    `\nMain thread of the ${name}: ${(busy / REQUESTS).toFixed(0)} µs a request while it is sampled`,
  );
  const rows = [...costs].sort(([, a], [, b]) => b - a).slice(0, 12);
  printTable(
    ['share', 'where'],
    rows.map(([place, cost]) => [`${((100 * cost) / busy).toFixed(1)} %`, place]),
  );
}

/** The innermost function of this project or package on the stack; what has neither is Node's own. */
function placeOf(id, byId, parents) {
  for (let at = id; at !== undefined; at = parents.get(at)) {
    const { functionName, url } = byId.get(at).callFrame;
    if (functionName === '(idle)' || functionName === '(garbage collector)') return functionName;
    const own = OWN.exec(url);
    if (own) return `${own[1]}/${own[2]} ${functionName || '(anonymous)'}`;
    const dependency = DEPENDENCY.exec(url);
    if (dependency) return dependency[1];
  }
  return 'Node: HTTP, sockets, ticks';
}
