/** Commands, containers and a network without a way out, for the tests of the images. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Root folder of the repository. */
export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
/** Uses stand-in base images: not every machine that runs the tests can reach a registry of images. */
const ENVIRONMENT = { ...process.env, IMAGE_ENGINE: 'buildah', IMAGE_BASES: 'standin' };

/** The result of a command. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in the repository to its end. `more` is added to its environment. */
export function run(
  command: string,
  parameters: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const child = spawn(command, parameters, { cwd: ROOT, env: { ...ENVIRONMENT, ...more } });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text: Buffer) => {
    stdout += text.toString();
  });
  child.stderr.on('data', (text: Buffer) => {
    stderr += text.toString();
  });
  child.stdin.end();
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** Like {@link run}, for commands that must succeed. @returns its output */
export async function must(command: string, ...parameters: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(command, parameters);
  if (code !== 0) throw new Error(`${command} ${parameters.join(' ')}: ${code}\n${stdout}${stderr}`);
  return stdout;
}

/** Runs podman on the images of this project. */
export function podman(...parameters: string[]): Promise<Finished> {
  return run('scripts/image/podman.sh', parameters);
}

/** The start time of a container's process, ms. */
export async function startOf(container: string): Promise<number> {
  const format = '{{.State.StartedAt.UnixMilli}}';
  return Number(await must('scripts/image/podman.sh', 'inspect', '-f', format, container));
}

/** Resident memory of a container's process, bytes. */
export async function residentBytes(container: string): Promise<number> {
  const pid = (await must('scripts/image/podman.sh', 'inspect', '-f', '{{.State.Pid}}', container)).trim();
  return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]);
}

/** A network namespace with loopback only, which has the addresses `addresses`. */
export class Island {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  async open(addresses: readonly string[]): Promise<void> {
    await must('ip', 'netns', 'add', this.name);
    await must('ip', '-n', this.name, 'link', 'set', 'lo', 'up');
    for (const address of addresses) {
      await must('ip', '-n', this.name, 'address', 'add', `${address}/32`, 'dev', 'lo');
    }
  }

  /** The value for podman's `--network`. */
  get network(): string {
    return `ns:/run/netns/${this.name}`;
  }

  /** Command and parameters that run a command in this namespace. */
  inside(...command: string[]): [string, string[]] {
    return ['ip', ['netns', 'exec', this.name, ...command]];
  }

  close(): Promise<Finished> {
    return run('ip', ['netns', 'delete', this.name]);
  }
}

/** A process that reads lines and prints lines. */
export class Talker {
  readonly #child;
  #said = '';
  readonly ended: Promise<void>;

  constructor(command: string, parameters: readonly string[]) {
    this.#child = spawn(command, parameters, { cwd: ROOT });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.on('data', (text: Buffer) => {
        this.#said += text.toString();
      });
    }
    this.ended = new Promise((resolve) => this.#child.on('close', () => resolve()));
  }

  /** Its output so far. */
  get said(): string {
    return this.#said;
  }

  tell(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Waits until it prints `text`. @throws Error when the process ends first */
  hears(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (this.#said.includes(text)) resolve();
      };
      this.#child.stdout.on('data', look);
      void this.ended.then(() => reject(new Error(`ended without "${text}":\n${this.#said}`)));
      look();
    });
  }

  /** Ends the process and waits for its end. */
  async end(): Promise<void> {
    this.#child.stdin.end();
    await this.ended;
  }
}
