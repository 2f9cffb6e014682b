import { PUBLIC_FAILURES } from '@perf-aggregator/shared/wire/failure';
import {
  OPERATION_NAMES,
  OPERATIONS,
  operationRow,
  pathOf,
  routedOperations,
} from '@perf-aggregator/shared/wire/operations';
import { describe, expect, it } from 'vitest';

describe('when the table of operations is read', () => {
  it('has a route for every operation except those that only the parent uses', () => {
    const routed = routedOperations().map(([name]) => name);
    expect(OPERATION_NAMES.filter((name) => !routed.includes(name))).toEqual(['boot', 'ping', 'sync']);
  });

  it('no two operations share a method and a path', () => {
    const all = routedOperations().map(([, { method, path }]) => `${method} ${path}`);
    expect(new Set(all).size).toBe(all.length);
  });

  it.each(OPERATION_NAMES)('%s has known codes, each once, and a bounded time', (name) => {
    const { codes, timeoutMs } = operationRow(name);
    expect(new Set(codes).size).toBe(codes.length);
    for (const code of codes) expect(PUBLIC_FAILURES).toHaveProperty(code);
    expect(timeoutMs).toBeGreaterThan(0);
    expect(timeoutMs).toBeLessThanOrEqual(60_000);
  });

  it('operations that read, change or end a session name it in their path, and no others do', () => {
    for (const [name, { path }] of routedOperations()) {
      const hasSession = ['read', 'change', 'end'].includes(OPERATIONS[name].kind);
      expect([name, path.endsWith('/{sessionId}')]).toEqual([name, hasSession]);
    }
  });

  it('gives clients the paths', () => {
    expect(pathOf('metrics', 'abc')).toBe('/enclave/metrics/abc');
    expect(pathOf('submit')).toBe('/enclave/submit_key');
    expect(() => pathOf('sync')).toThrow(TypeError);
  });
});
