/** A network of its own, so that pages find the service at its usual port whatever else runs on the machine. */
import { type ChildProcess, spawn } from 'node:child_process';

/** Where commands run. */
export interface Network {
  /** The command line that runs `words` in it. */
  wrap(words: readonly string[]): readonly [program: string, ...words: string[]];
  close(): void;
}

/** A namespace with loopback alone; the machine's own network where nobody may make one. */
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
