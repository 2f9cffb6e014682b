// Benchmarks of the service, each against the machine that it runs on. Builds on what `make build` built.
//
//   node bench/service/main.mjs [metrics-route] [submissions] [memory] [profile]
//
// Without names: the first three, in about three minutes.
import { measureMemory } from './memory.mjs';
import { measureMetricsRoute } from './metrics-route.mjs';
import { profileMetricsRoute } from './profile.mjs';
import { machine } from './statistics.mjs';
import { measureSubmissions } from './submissions.mjs';

const BENCHMARKS = {
  'metrics-route': measureMetricsRoute,
  submissions: measureSubmissions,
  memory: measureMemory,
  profile: profileMetricsRoute,
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !Object.hasOwn(BENCHMARKS, name));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(', ')}; there are ${Object.keys(BENCHMARKS).join(', ')}`);
  process.exit(2);
}
console.log(machine());
for (const name of names.length > 0 ? names : ['metrics-route', 'submissions', 'memory'])
  await BENCHMARKS[name]();
