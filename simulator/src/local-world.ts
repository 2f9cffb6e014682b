/** The local world as processes: the simulated internet, the enclave and the parent, under one supervisor. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { enclaveOptions } from '@perf-aggregator/enclave/hardening';
import { Supervisor, type SupervisorOptions } from './supervisor.ts';
import { assertUsable } from './world/contents.ts';
import type { EnclavePart } from './world/enclave-part.ts';
import { WorldFiles } from './world/files.ts';
import type { HostPorts } from './world/hosts.ts';
import { lockWorld } from './world/lock.ts';
import { openWorldState, type WorldMaking, type WorldState } from './world/state.ts';

/** How to make a world the first time, and how to start it. */
export interface LocalWorldOptions
  extends WorldMaking,
    Pick<SupervisorOptions, 'onDeath' | 'onGiveUp' | 'maxDeaths'> {
  readonly home: string;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** How many accounts one source may ask about. Default: no limit. */
  readonly accountsPerSource?: EnclavePart['accountsPerSource'];
  /**
   * The transport between parent and enclave. `vsock`: AF_VSOCK within this machine, where its native part was built.
   */
  readonly transport?: 'unix' | 'vsock';
}

/** A running world. */
export interface LocalWorld {
  readonly files: WorldFiles;
  readonly state: WorldState;
  readonly url: string;
  /** Process ids by name: internet, enclave, parent. */
  pids(): Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

/**
 * Opens the world in `home`, or makes it, and starts its processes.
 * @throws WorldError `world_in_use` while another simulation has the folder, and others
 */
export async function startLocalWorld(options: LocalWorldOptions): Promise<LocalWorld> {
  assertUsable(options.home);
  const files = new WorldFiles(options.home);
  const release = lockWorld(files.folder);
  try {
    const world = await openLocalWorld(files, options);
    return { ...world, stop: () => world.stop().finally(release) };
  } catch (error) {
    release();
    throw error;
  }
}

async function openLocalWorld(files: WorldFiles, options: LocalWorldOptions): Promise<LocalWorld> {
  const { host, clock, onDeath, onGiveUp } = options;
  const state = await openWorldState(files, options);
  mkdirSync(files.path('logs'), { recursive: true, mode: 0o700 });
  // Short on purpose, because a socket's path has room for about a hundred bytes.
  const sockets = mkdtempSync('/tmp/pa-');
  const supervisor = new Supervisor({
    now: () => clock.now(),
    onDeath,
    onGiveUp,
    ...(options.maxDeaths === undefined ? {} : { maxDeaths: options.maxDeaths }),
  });
  const stop = async () => {
    await supervisor.stop();
    rmSync(sockets, { recursive: true, force: true });
  };
  try {
    const port = await startProcesses(supervisor, files, state, { ...options, sockets });
    return { files, state, url: `http://${host}:${port}`, pids: () => supervisor.pids(), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startProcesses(
  supervisor: Supervisor,
  files: WorldFiles,
  state: WorldState,
  options: LocalWorldOptions & { readonly sockets: string },
): Promise<number> {
  const home = files.folder;
  const [listen, egress] = endpointsOf(options);
  const logPath = (name: string) => files.path(`logs/${name}.log`);
  let hosts: HostPorts | null = null;
  const internet = await supervisor.start({
    name: 'internet',
    module: './processes/internet.js',
    argument: () => ({ home, ports: hosts }),
    logPath: logPath('internet'),
  });
  hosts = internet['ports'] as HostPorts;
  const { arn: keyArn } = state.kms;
  await supervisor.start({
    name: 'enclave',
    module: './processes/enclave.js',
    argument: () => ({ home, listen, egress, accountsPerSource: options.accountsPerSource }),
    execArgv: enclaveOptions(process.allowedNodeEnvironmentFlags),
    logPath: logPath('enclave'),
  });
  let { port } = options;
  const parent = await supervisor.start({
    name: 'parent',
    module: './processes/parent.js',
    argument: () => ({ home, host: options.host, port, enclave: listen, egress, hosts, keyArn }),
    // This process knows no content of messages (package exports). As in Dockerfile.parent: V8 counts the replies that
    // pass through, and would mark a small heap several times a second because of them.
    execArgv: ['--conditions=untrusted', '--initial-old-space-size=256'],
    logPath: logPath('parent'),
  });
  port = Number(parent['port']);
  return port;
}

/** The endpoints of the enclave and of the parent's egress. CID 1 is the loopback of AF_VSOCK. */
function endpointsOf(
  options: Pick<LocalWorldOptions, 'transport'> & { readonly sockets: string },
): readonly [enclave: string, egress: string] {
  const { transport, sockets } = options;
  if (transport === 'vsock') return ['vsock://1:5000', 'vsock://1:5001'];
  return [`unix:${sockets}/enclave`, `unix:${sockets}/egress`];
}
