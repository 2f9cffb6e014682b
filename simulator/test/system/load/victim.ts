/** Measures what other clients wait during an attack. They send requests at a steady pace, from their own address. */
import http from 'node:http';
import type { SecureClientOptions } from '@perf-aggregator/client';

/** The source address of the other clients. */
export const VICTIM = '127.0.0.2';

/** The HTTP adapter of the SDK, with the address of the other clients as source. */
export const fromVictim: NonNullable<SecureClientOptions['adapter']> = (config) =>
  new Promise((resolve, reject) => {
    const { method = 'get', url = '', data, timeout = 60_000 } = config;
    const headers = config.headers.toJSON() as http.OutgoingHttpHeaders;
    const request = http.request(url, { method, headers, localAddress: VICTIM, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        resolve({
          data: Buffer.concat(parts).toString(),
          status: response.statusCode ?? 0,
          statusText: '',
          headers: response.headers as Record<string, string>,
          config,
        }),
      );
    });
    request.setTimeout(timeout, () => request.destroy(new Error('no answer')));
    request.once('error', reject);
    request.end(data as string | undefined);
  });

/** Sends one request. @returns its status, text, and duration in ms */
export function ask(
  url: string,
  agent: http.Agent,
): Promise<{ readonly status: number; readonly ms: number; readonly text: string }> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          ms: performance.now() - began,
          text: Buffer.concat(parts).toString(),
        }),
      );
    });
    request.setTimeout(20_000, () => request.destroy(new Error('no answer')));
    request.once('error', reject);
  });
}

/** Requests `url` every 25 ms until `done`. @returns the sorted waits, ms, and the number of answers other than 200 */
export async function watch(
  url: string,
  done: Promise<unknown>,
): Promise<{ readonly waits: number[]; readonly failed: number }> {
  const agent = new http.Agent({ keepAlive: true, localAddress: VICTIM, maxSockets: 16 });
  const waits: number[] = [];
  let failed = 0;
  const asked: Promise<void>[] = [];
  const one = async () => {
    const { status, ms } = await ask(url, agent).catch(() => ({ status: 0, ms: 20_000 }));
    waits.push(ms);
    if (status !== 200) failed += 1;
  };
  const timer = setInterval(() => asked.push(one()), 25);
  await done;
  clearInterval(timer);
  await Promise.all(asked);
  agent.destroy();
  return { waits: waits.sort((a, b) => a - b), failed };
}

/** The 99th percentile of sorted waits. */
export function p99(waits: readonly number[]): number {
  return waits[Math.min(waits.length - 1, Math.floor(waits.length * 0.99))] ?? Number.NaN;
}
