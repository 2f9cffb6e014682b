/** A separate network, in which the usual port of the service is free. */
import { type ChildProcess, spawn } from 'node:child_process';

/** The network in which commands run. */
export interface Network {
  /** The command line that runs `words` in this network. */
  wrap(words: readonly string[]): readonly [program: string, ...words: string[]];
  close(): void;
}

/** A namespace with loopback only, or the network of the machine if the user may not create a namespace. */
export async function openNetwork(): Promise<Network> {
  const holder = spawn('unshare', ['--net', 'sh', '-c', 'ip link set lo up && echo up && exec cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const isUp = await new Promise<boolean>((resolve) => {
    holder.stdout.once('data', () => resolve(true));
    holder.once('error', () => resolve(false));
    holder.once('close', () => resolve(false));
  });
  return isUp
    ? joined(holder)
    : { wrap: ([program = '', ...words]) => [program, ...words], close: () => undefined };
}

function joined(holder: ChildProcess): Network {
  return {
    wrap: (words) => ['nsenter', `--net=/proc/${holder.pid}/ns/net`, '--', ...words],
    close: () => holder.stdin?.end(),
  };
}
