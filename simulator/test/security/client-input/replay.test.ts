/** Valid submissions that are sent again, or are too many. submission.test.ts has the table of all inputs. */
import { systemRandom } from '@perf-aggregator/shared/random';
import { describe, expect, it } from 'vitest';
import { expectProblem } from './raw.ts';
import { client, HOUR_MS, ready, test } from './submitting.ts';

describe('when a submission comes again', () => {
  it('is refused, at once and later when the handshake key is the predecessor', async () => {
    const { body } = await client.compose();
    expect((await client.submit(body)).status).toBe(201);
    expectProblem(await client.submit(body), 'replayed_submission');
    test.clock.advance(HOUR_MS);
    await test.world.client().quote();
    expectProblem(await client.submit(body), 'replayed_submission');
    test.clock.advance(HOUR_MS);
    expectProblem(await client.submit(body), 'unknown_handshake_key');
  });

  it('is refused with another payload under the same ephemeral key', async () => {
    const ephemeral = systemRandom.bytes(32);
    expect((await client.submit((await client.compose({ ephemeral })).body)).status).toBe(201);
    const { body } = await client.compose({ ephemeral, metadata: { ttl: 60 } });
    expectProblem(await client.submit(body), 'replayed_submission');
  });

  it('counts as seen even if its content was refused', async () => {
    const { body } = await client.compose({ payload: {} });
    expectProblem(await client.submit(body), 'submission_refused');
    expectProblem(await client.submit(body), 'replayed_submission');
  });
});

describe('when a handshake key has taken its last submission', () => {
  it('the next key exists at once; replays are refused as such, and later submissions need a new quote', async () => {
    await test.world.startEnclave({ submissionsPerHandshakeKey: 2 });
    await ready();
    const bodies = [await client.compose(), await client.compose(), await client.compose()];
    expect((await client.submit(bodies[0]!.body)).status).toBe(201);
    expect((await client.submit(bodies[1]!.body)).status).toBe(201);
    expectProblem(await client.submit(bodies[2]!.body), 'unknown_handshake_key');
    expectProblem(await client.submit(bodies[0]!.body), 'replayed_submission');
    expect((await client.submit((await client.compose()).body)).status).toBe(201);
  });
});
