import { afterEach, describe, expect, it, vi } from 'vitest';
import { formatEndpoint } from '../../shared/src/transport/endpoint.ts';
import { codeOfRejection } from '../../shared/test/codes.ts';
import { freshEndpoint } from '../../shared/test/transport/sockets.ts';
import { parseConfig } from '../src/config.ts';
import { ListenError, type RunningParent, serveParent } from '../src/serve.ts';
import { MemoryStore } from './memory-store.ts';
import { type Recorder, recorder } from './recorder.ts';

const running: RunningParent[] = [];
afterEach(async () => {
  for (const parent of running.splice(0)) await parent.close();
});

/** A parent whose enclave does not listen. */
async function start(told: Recorder, port = 0): Promise<RunningParent> {
  const config = parseConfig({
    ENCLAVE_HOST: '127.0.0.1',
    ENCLAVE_PORT: String(port),
    ENCLAVE_ENDPOINT: formatEndpoint(freshEndpoint()),
    EGRESS_ENDPOINT: formatEndpoint(freshEndpoint()),
    EGRESS_ALLOW: 'api.example.com:443',
    KMS_KEY_ARN: 'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555',
    KMS_ROLE_ARN: 'arn:aws:iam::123456789012:role/parent',
  });
  return serveParent(config, {
    store: new MemoryStore(),
    resolver: () => Promise.resolve([]),
    credentials: () => Promise.reject(new Error('nobody asks')),
    clock: { now: () => 0 },
    emit: told.emit,
  });
}

describe('when a parent is started and stopped', () => {
  it('it reports that it listens, what is missing, and that it has stopped', async () => {
    const told = recorder();
    const parent = await start(told);
    await vi.waitFor(() => expect(told.names()).toEqual(['listening', 'enclave_absent']));
    expect(told.events[0]).toEqual({ event: 'listening', port: parent.port });
    expect(told.events[1]).toMatchObject({ code: 'dial_failed', enclave: expect.stringMatching(/^unix:/) });
    await parent.close();
    expect(told.events.slice(2)).toEqual([
      { event: 'draining', delayMs: 0 },
      { event: 'drained', durationMs: expect.any(Number) },
    ]);
  });

  it('a port that is in use is refused with its code', async () => {
    const first = await start(recorder());
    running.push(first);
    expect(await codeOfRejection(start(recorder(), first.port), ListenError)).toBe('port_in_use');
  });
});
