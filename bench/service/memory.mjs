// What parent and enclave hold at so many sessions, after full collections. The sessions are of an account with two
// days of history, registered and read as any other, in a world whose clock runs faster.
import { performance } from 'node:perf_hooks';
import { quickWorld, startRig } from './rig.mjs';
import { printTable } from './statistics.mjs';
import { register } from './submissions.mjs';

export async function measureMemory({ counts = [0, 100, 1_000] } = {}) {
  await measureMany(counts);
  await measureLong();
}

async function measureMany(counts) {
  const rig = await startRig(quickWorld());
  const rows = [];
  const began = performance.now();
  try {
    await rig.client().quote();
    let open = 0;
    for (const count of counts) {
      const { clients } = await register(rig, count - open);
      for (const client of clients) await client.getSummary();
      open = count;
      rows.push([count, ...(await memoryOf(rig.parent)), ...(await memoryOf(rig.enclave))]);
    }
  } finally {
    await rig.stop();
  }
  console.log(`\nMemory, MB (registered and read in ${((performance.now() - began) / 1_000).toFixed(0)} s)`);
  const columns = ['resident', 'JavaScript heap', 'buffers'];
  const head = ['parent', 'enclave'].flatMap((part) => columns.map((column) => `${part}: ${column}`));
  printTable(['sessions', ...head], rows);
}

/** What an open session costs the enclave whose account has the two years of history of the demonstration. */
async function measureLong(count = 3) {
  const rig = await startRig();
  try {
    const heaps = [];
    for (let session = 0; session <= count; session++) {
      const client = rig.client();
      await client.register();
      await client.getMetrics();
      heaps.push((await rig.enclave.ask('memory')).heapUsed);
    }
    // The first brings the venue's markets with it.
    const each = (heaps.at(-1) - heaps[0]) / count;
    console.log(
      `an open session with two years of history: ${(each / 1e6).toFixed(1)} MB of the enclave's heap`,
    );
  } finally {
    await rig.stop();
  }
}

async function memoryOf(part) {
  const { rss, heapUsed, arrayBuffers } = await part.ask('memory');
  return [rss, heapUsed, arrayBuffers].map((bytes) => (bytes / 1e6).toFixed(1));
}
