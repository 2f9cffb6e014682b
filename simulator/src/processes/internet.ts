/** The process of the simulated internet. */
import { systemClock } from '@perf-aggregator/shared/clock';
import { systemRandom } from '@perf-aggregator/shared/random';
import { WorldFiles } from '../world/files.ts';
import type { HostPorts } from '../world/hosts.ts';
import { startInternet, trialCustomers } from '../world/internet.ts';
import { readNsm, type VenueState } from '../world/state.ts';
import { runChild } from './child.ts';

/** The supervisor's argument. */
export interface InternetArgument {
  readonly home: string;
  readonly ports: HostPorts | null;
}

await runChild(async ({ home, ports }: InternetArgument) => {
  const files = new WorldFiles(home);
  const venue = files.read<VenueState>('venue.json');
  const internet = await startInternet({
    venue,
    accounts: trialCustomers(venue, files.read('keys.json')),
    kms: files.read('kms.json'),
    role: files.read('role.json'),
    pki: files.read('pki.json'),
    nsmRoot: readNsm(files).rootCertDer,
    clock: systemClock,
    random: systemRandom,
    ...(ports ? { ports } : {}),
  });
  return { facts: { ports: internet.ports }, close: () => internet.close() };
});
