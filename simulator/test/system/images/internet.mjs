// The simulated internet and a person at the command line, in a network namespace that has no way out: internet.mjs HOME
// Exchange and key service listen at public addresses, port 443, which exist in this namespace only, so that a parent of
// production finds them as it finds the real ones. A URL on standard input: the demonstration is run against it.
import net from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../../shared/dist/clock.js';
import { systemRandom } from '../../../../shared/dist/random.js';
import { demonstrate } from '../../../dist/demonstration.js';
import { WorldFiles } from '../../../dist/world/files.js';
import { startInternet } from '../../../dist/world/internet.js';
import { openWorldState } from '../../../dist/world/state.js';

/** A busy machine takes some ten times as long as a quiet one. */
const PATIENCE_MS = 60_000;
const ASK_MS = 20;

const [home, ...places] = process.argv.slice(2);
const clock = systemClock;
const random = systemRandom;
const files = new WorldFiles(home);
const state = await openWorldState(files, { clock, random });
const internet = await startInternet({ ...state, nsmRoot: state.nsm.rootCertDer, clock, random });
for (const place of places) {
  const [host, address] = place.split('=');
  const front = net.createServer((socket) => {
    const back = net.connect(internet.ports[host], '127.0.0.1');
    socket.pipe(back).pipe(socket);
    for (const end of [socket, back]) end.on('error', () => [socket, back].map((each) => each.destroy()));
  });
  await new Promise((resolve) => front.listen(443, address, resolve));
}
console.log('internet ready');

for await (const url of createInterface({ input: process.stdin })) {
  const until = clock.now() + PATIENCE_MS;
  let answer = 'none';
  for (let ready = false; !ready; await sleep(ASK_MS)) {
    const response = await fetch(`${url}/ready`).catch(
      (error) => new Response(String(error.cause), { status: 503 }),
    );
    answer = await response.text();
    ready = response.ok;
    if (clock.now() > until) throw new Error(`not ready: ${answer}`);
  }
  console.log('service ready');
  const world = { files, state, url };
  await demonstrate({
    world,
    terminal: { stdout: process.stdout, stderr: process.stderr, interactive: false, json: false },
    clock,
  });
  console.log('demonstration over');
}
process.exit(0);
