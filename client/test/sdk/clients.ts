/** Clients of a fake service, created anew for each test, and a clock that advances while they wait. */
import { beforeEach } from 'vitest';
import { SecureClient } from '../../src/sdk/secure-client.ts';
import { EXPECT, FakeService, MADE_AT } from './fake-service.ts';

export const ACCOUNT = {
  userId: 'user',
  exchange: 'binance',
  apiKey: 'key-marker',
  apiSecret: 'secret-marker',
};
const clock = { time: MADE_AT, now: () => clock.time };
export let service: FakeService;
export let slept: number[];

beforeEach(() => {
  service = new FakeService();
  slept = [];
  clock.time = MADE_AT;
});

export const ports = () => ({
  clock,
  adapter: service.adapter,
  sleep: (ms: number) => {
    slept.push(ms);
    clock.time += ms;
    return Promise.resolve();
  },
});
export const newClient = () =>
  new SecureClient({ enclaveUrl: 'http://service.test/', expect: EXPECT, ttl: 120, ...ports(), ...ACCOUNT });

export async function registered(): Promise<SecureClient> {
  const client = newClient();
  await client.register();
  service.requests.length = 0;
  return client;
}
