/** A separate world for each test file, a client over raw HTTP, and a valid submission to change. */
import { decodeBase64, encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import type { SubmissionJson } from '@perf-aggregator/shared/messages/submission';
import { afterAll, beforeAll } from 'vitest';
import { startTestWorld, type TestWorld } from '../../world/fixture.ts';
import { RawClient } from './raw.ts';

export const HOUR_MS = 3_600_000;

export let test: TestWorld;
export let client: RawClient;
export let good: SubmissionJson;
/** Requests that the venue got. They show whether a submission got that far. */
export const asked: string[] = [];

beforeAll(async () => {
  test = await startTestWorld({ internet: { observe: ({ path }) => asked.push(path) } });
  client = new RawClient(test.world);
  await ready();
  ({ body: good } = await client.compose());
});
afterAll(() => test.world.stop());

export async function ready(): Promise<void> {
  while ((await client.send('/ready')).status !== 200) await new Promise((resolve) => setImmediate(resolve));
}

/** `good` with one member changed, or without it when `value` is undefined. */
export function withMember(path: string, value: unknown): unknown {
  const copy = structuredClone(good) as unknown as Record<string, unknown>;
  const [first = '', second] = path.split('.');
  const owner = second === undefined ? copy : (copy[first] as Record<string, unknown>);
  owner[second ?? first] = value;
  return copy;
}

/** The base64 text of a member of `good`, after a change of its bytes. */
export function changed(
  path: 'nonce' | 'ciphertext' | 'tag' | 'ephemeral_pub',
  edit: (bytes: Uint8Array) => void,
) {
  const bytes = decodeBase64(good[path]);
  edit(bytes);
  return withMember(path, encodeBase64(bytes));
}
