// A process of a benchmark, as the one that started it sees it.
import { fork } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A running process that answers questions about itself. */
export class Part {
  #child;
  #waiting = new Map();
  #lastId = 0;
  #stopping = false;
  /** What the process said when it was ready. */
  facts;

  constructor(child) {
    this.#child = child;
  }

  /** Starts `processes/NAME.mjs`; its output goes to the file `log`. */
  static async start(name, argument, { log, execArgv = [] }) {
    const output = openSync(log, 'a', 0o600);
    const module = fileURLToPath(new URL(`processes/${name}.mjs`, import.meta.url));
    const child = fork(module, [JSON.stringify(argument)], {
      execArgv: ['--expose-gc', ...execArgv],
      env: {},
      stdio: ['ignore', output, output, 'ipc'],
    });
    const part = new Part(child);
    await new Promise((resolve, reject) => {
      child.on('message', (message) => part.#receive(message, resolve));
      child.once('exit', (code, signal) => {
        if (part.#stopping) return;
        const error = new Error(
          `${name} ended (${signal ?? code}): ${readFileSync(log, 'utf8').slice(-1_000)}`,
        );
        console.error(error.message);
        reject(error);
      });
    });
    return part;
  }

  /** One of the answers of `processes/serve.mjs`. */
  ask(question) {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child.send({ id, question });
    });
  }

  /** CPU time so far, all threads, µs. */
  async cpu() {
    const { user, system } = await this.ask('cpu');
    return user + system;
  }

  async stop() {
    this.#stopping = true;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.disconnect();
    await exited;
  }

  #receive({ ready, id, answer }, resolve) {
    if (ready) {
      this.facts = ready;
      resolve();
      return;
    }
    this.#waiting.get(id)?.(answer);
    this.#waiting.delete(id);
  }
}
