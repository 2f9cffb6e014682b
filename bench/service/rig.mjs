// The world of a benchmark: simulated internet, enclave and parent, a process each.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecureClient } from '../../client/dist/index.js';
import { systemClock } from '../../shared/dist/clock.js';
import { systemRandom } from '../../shared/dist/random.js';
import { SIMULATED_PCRS_HEX } from '../../simulator/dist/nsm/measurements.js';
import { WorldFiles } from '../../simulator/dist/world/files.js';
import { openWorldState } from '../../simulator/dist/world/state.js';
import { clockOf } from './clock.mjs';
import { Part } from './part.mjs';

/** Options of Node that the processes run with in production. */
const ENCLAVE = ['--disallow-code-generation-from-strings'];
export const PARENT = ['--conditions=untrusted', '--initial-old-space-size=256'];

/**
 * Options of {@link startRig} for many short sessions: 15 seconds of the world pass in one, so that its venue
 * allows 15 times as many calls; its year is one in which the venue is young and a history is few calls.
 */
export function quickWorld() {
  const pace = { since: systemClock.now(), start: Date.UTC(2020, 0, 1, 12), factor: 15 };
  return { pace, historyDays: 2, syncIntervalMs: 86_400_000 };
}

/**
 * Starts a world in a fresh folder.
 * @param pace - as `clock.mjs` takes it
 * @param historyDays - length of the account's history; left out: two years
 */
export async function startRig({ pace = null, historyDays, syncIntervalMs } = {}) {
  const home = mkdtempSync(join(tmpdir(), 'pa-bench-'));
  // Short on purpose: a socket's path has room for about a hundred bytes.
  const sockets = mkdtempSync('/tmp/pa-');
  const { clock, sleep } = clockOf(pace);
  const parts = [];
  const rig = {
    folder: home,
    async stop() {
      for (const part of parts.reverse()) await part.stop();
      for (const folder of [home, sockets]) rmSync(folder, { recursive: true, force: true });
    },
    /** A client of this world with its one account. */
    client(overrides = {}) {
      const { apiKey, apiSecret } = rig.state.venue;
      return new SecureClient({
        enclaveUrl: rig.url,
        expect: { roots: [rig.state.nsm.rootCertDer], measurements: [SIMULATED_PCRS_HEX] },
        userId: 'bench',
        exchange: 'binance',
        apiKey,
        apiSecret,
        clock,
        sleep,
        ...overrides,
      });
    },
    log: (name) => join(home, 'logs', `${name}.log`),
  };
  try {
    const files = new WorldFiles(home);
    mkdirSync(files.path('logs'), { mode: 0o700 });
    const making = { clock, random: systemRandom, seed: 'bench', ...(historyDays ? { historyDays } : {}) };
    rig.state = await openWorldState(files, making);
    const start = async (name, argument, execArgv) => {
      const part = await Part.start(name, { home, pace, ...argument }, { log: rig.log(name), execArgv });
      parts.push(part);
      return part;
    };
    const ends = { listen: `unix:${sockets}/enclave`, egress: `unix:${sockets}/egress` };
    const { ports } = (await start('internet', {})).facts;
    rig.enclave = await start('enclave', { ...ends, syncIntervalMs }, ENCLAVE);
    rig.parent = await start('parent', { ...ends, hosts: ports, keyArn: rig.state.kms.arn }, PARENT);
    rig.port = rig.parent.facts.port;
    rig.url = `http://127.0.0.1:${rig.port}`;
    return rig;
  } catch (error) {
    await rig.stop();
    throw error;
  }
}
