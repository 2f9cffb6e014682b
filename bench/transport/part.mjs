// A process of this benchmark, from both sides: it is asked for one of its parts by name, one question at a time.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Starts the module `file` (a URL): `ask(part, ...values)` and `stop()`. */
export function startPart(file, values = []) {
  const child = fork(fileURLToPath(file), values, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ask = (part, ...given) =>
    new Promise((resolve, reject) => {
      const ended = (code, signal) => reject(new Error(`${file} ended (${signal ?? code})`));
      child.once('exit', ended);
      child.once('message', ({ result, error }) => {
        child.off('exit', ended);
        if (error) reject(new Error(error));
        else resolve(result);
      });
      child.send({ part, given });
    });
  return { pid: child.pid, ask, stop: () => stopped(child) };
}

/** Ends a child process of whatever kind. */
export async function stopped(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await exited;
}

/** Answers out of `parts`; ends with whoever asks. */
export function answer(parts) {
  process.on('disconnect', () => process.exit());
  process.on('message', ({ part, given }) => {
    void Promise.resolve()
      .then(() => parts[part](...given))
      .then((result) => process.send({ result: result ?? null }))
      .catch((error) => process.send({ error: String(error?.stack ?? error) }));
  });
}
