// A kernel without AF_VSOCK: the module is not loaded yet.
import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { dial, listen } from '@perf-aggregator/shared/transport/socket';
import { TransportError } from '@perf-aggregator/shared/wire/errors';

const ENDPOINT = { kind: 'vsock', cid: 3, port: 5005 };

void test('a kernel without AF_VSOCK says so, and what to do', async () => {
  for (const attempt of [dial(ENDPOINT, { timeoutMs: 1000 }), listen(net.createServer(), ENDPOINT)]) {
    const error = await attempt.catch((refused) => refused);
    assert.ok(error instanceof TransportError, String(error));
    assert.equal(error.code, 'endpoint_unsupported');
    assert.match(error.message, /vsock:\/\/3:5005: the kernel has no AF_VSOCK: is the vsock module loaded/);
  }
});
