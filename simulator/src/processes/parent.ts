/** The parent's process, connected to the simulated internet. It opens only its role's credentials. */
import { createLog } from '@perf-aggregator/parent/log';
import { systemClock } from '@perf-aggregator/shared/clock';
import { WorldFiles } from '../world/files.ts';
import type { HostPorts } from '../world/hosts.ts';
import { startParent } from '../world/parent-part.ts';
import { runChild } from './child.ts';

/** The supervisor's argument. */
export interface ParentArgument {
  readonly home: string;
  readonly host: string;
  readonly port: number;
  readonly enclave: string;
  readonly egress: string;
  readonly hosts: HostPorts;
  readonly keyArn: string;
}

await runChild(async (argument: ParentArgument) => {
  const { home, host, port, enclave, egress, hosts, keyArn } = argument;
  const files = new WorldFiles(home);
  const parent = await startParent({
    host,
    port,
    enclave,
    egress,
    hosts,
    keyArn,
    storePath: files.path('store'),
    role: files.read('role.json'),
    clock: systemClock,
    log: createLog('info'),
  });
  return { facts: { port: parent.port }, close: () => parent.close() };
});
