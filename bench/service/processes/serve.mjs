// What every process of a benchmark does: start its part, and answer questions about itself over IPC.
import inspector from 'node:inspector/promises';

const SAMPLE_US = 200;
const profiler = new inspector.Session();

const ANSWERS = {
  /** CPU time of all threads since the start, µs. */
  cpu: () => process.cpuUsage(),
  /** Bytes, after full collections. */
  memory() {
    globalThis.gc();
    globalThis.gc();
    return process.memoryUsage();
  },
  async startProfile() {
    profiler.connect();
    await profiler.post('Profiler.enable');
    await profiler.post('Profiler.setSamplingInterval', { interval: SAMPLE_US });
    await profiler.post('Profiler.start');
  },
  async stopProfile() {
    const { profile } = await profiler.post('Profiler.stop');
    profiler.disconnect();
    return profile;
  },
};

/** Runs `start` with the argument of this process, reports what it returned, and ends with whoever asked. */
export async function serve(start) {
  process.on('disconnect', () => process.exit());
  process.on('message', ({ id, question }) => void answer(id, question));
  process.send({ ready: await start(JSON.parse(process.argv[2])) });
}

async function answer(id, question) {
  process.send({ id, answer: await ANSWERS[question]() });
}
