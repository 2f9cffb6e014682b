import { describe, expect, it } from 'vitest';
import { withRetries } from '../../../src/venues/ccxt/retry.ts';
import { ExchangeError, type ExchangeErrorCode } from '../../../src/venues/errors.ts';

function ports(byte: number): { waits: number[]; ports: Parameters<typeof withRetries>[3] } {
  const waits: number[] = [];
  return {
    waits,
    ports: {
      clock: { now: () => 0 },
      random: { bytes: (length) => new Uint8Array(length).fill(byte) },
      sleep: (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
    },
  };
}

function failing(times: number, code: ExchangeErrorCode): () => Promise<number> {
  let tries = 0;
  return () => (++tries <= times ? Promise.reject(new ExchangeError(code, 'no')) : Promise.resolve(tries));
}

describe('when a call fails', () => {
  it('retries after growing waits with full jitter', async () => {
    const most = ports(255);
    expect(
      await withRetries(failing(4, 'exchange_unavailable'), { left: 9 }, { deadline: 1e9 }, most.ports),
    ).toBe(5);
    expect(most.waits).toEqual([500, 1_000, 2_000, 4_000]);
    const least = ports(0);
    await withRetries(failing(2, 'exchange_rate_limited'), { left: 9 }, { deadline: 1e9 }, least.ports);
    expect(least.waits).toEqual([0, 0]);
  });

  it('gives up after five attempts, without budget, and before the deadline would pass', async () => {
    const unavailable = { code: 'exchange_unavailable' };
    await expect(
      withRetries(failing(5, 'exchange_unavailable'), { left: 9 }, { deadline: 1e9 }, ports(0).ports),
    ).rejects.toMatchObject(unavailable);
    const budget = { left: 1 };
    await expect(
      withRetries(failing(2, 'exchange_unavailable'), budget, { deadline: 1e9 }, ports(0).ports),
    ).rejects.toMatchObject(unavailable);
    expect(budget.left).toBe(0);
    await expect(
      withRetries(failing(1, 'exchange_unavailable'), { left: 9 }, { deadline: 499 }, ports(255).ports),
    ).rejects.toMatchObject(unavailable);
  });

  it.each(['exchange_auth', 'exchange_clock', 'exchange_untrusted', 'exchange_bad_response'] as const)(
    'does not retry %s',
    async (code) => {
      const { waits, ports: used } = ports(0);
      await expect(withRetries(failing(1, code), { left: 9 }, { deadline: 1e9 }, used)).rejects.toMatchObject(
        { code },
      );
      expect(waits).toEqual([]);
    },
  );
});
