// Run by nsm.test.ts under the shim: calls the native part on /dev/null and says what came of it, as JSON.
import { openSync } from 'node:fs';
import { createRequire } from 'node:module';

const { call } = createRequire(import.meta.url)(process.argv[2]);
const fd = openSync('/dev/null', 'r+');
const text = (bytes) => Buffer.from(bytes).toString('latin1');
const outcome = async (run) => {
  try {
    return text(await run());
  } catch (error) {
    return `${error.constructor.name} ${error.code}`;
  }
};
const request = (first, length = 5) => {
  const bytes = new Uint8Array(length).fill(0x2e);
  bytes[0] = first.charCodeAt(0);
  return bytes;
};

const full = await call(fd, request('f'));
let turns = 0;
let waiting = true;
const slow = call(fd, request('s')).finally(() => {
  waiting = false;
});
while (waiting) {
  turns++;
  await new Promise((resolve) => setImmediate(resolve));
}
const changed = request('e');
const answer = call(fd, changed);
changed.fill(0);

console.log(
  JSON.stringify({
    echo: await outcome(() => call(fd, Buffer.from('e12345').subarray(0, 4))),
    copied: await outcome(() => answer),
    largest: (await call(fd, request('e', 4096))).length,
    tooLarge: await outcome(() => call(fd, request('e', 4097))),
    full: { length: full.length, offered: full[0] + full[1] * 256, rest: new Set(full.subarray(4)).size },
    beyond: await outcome(() => call(fd, request('x'))),
    late: await outcome(() => call(fd, request('n'))),
    closed: await outcome(() => call(9999, request('k'))),
    noDriver: await outcome(() => call(fd, request('k'))),
    slow: await outcome(() => slow),
    turnsWhileSlow: turns > 10,
    noFd: await outcome(() => call('1', request('e'))),
    noBytes: await outcome(() => call(fd, 'e')),
    words: await outcome(() => call(fd, new Uint16Array(2))),
    nothing: await outcome(() => call()),
  }),
);
