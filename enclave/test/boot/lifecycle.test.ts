import { PHASES, type Phase } from '@perf-aggregator/shared/wire/boot';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../shared/test/codes.ts';
import { Lifecycle } from '../../src/boot/lifecycle.ts';
import type { EnclaveContext } from '../../src/context/context.ts';
import { Refusal } from '../../src/errors.ts';

const contextOf = (name: string) => ({ name, kmsPolicy: 'mutable' }) as unknown as EnclaveContext;

describe('when an enclave goes through its phases', () => {
  it('phases only advance, and each is reported once, in any order of calls', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...PHASES)), (reached) => {
        const told: Phase[] = [];
        const lifecycle = new Lifecycle((phase) => told.push(phase));
        for (const phase of reached) lifecycle.reach(phase);
        const order = ['boot', ...told].map((phase) => PHASES.indexOf(phase as Phase));
        expect(order).toEqual([...new Set(order)].sort((a, b) => a - b));
        expect(lifecycle.phase).toBe(PHASES[Math.max(0, ...reached.map((phase) => PHASES.indexOf(phase)))]);
      }),
    );
  });

  it('it serves with its first keys, and a draining one accepts no keys', () => {
    const [first, second] = [contextOf('first'), contextOf('second')];
    const lifecycle = new Lifecycle();
    expect(codeOf(() => lifecycle.serving(), Refusal)).toBe('enclave_not_ready');
    expect([lifecycle.serve(first), lifecycle.serve(second)]).toEqual([true, false]);
    expect(lifecycle.serving()).toBe(first);
    const draining = new Lifecycle();
    draining.reach('draining');
    expect(draining.serve(first)).toBe(false);
    expect(codeOf(() => draining.serving(), Refusal)).toBe('enclave_not_ready');
  });

  it('a policy that is read again replaces the policy of its keys', () => {
    const lifecycle = new Lifecycle();
    lifecycle.policyRead('locked');
    lifecycle.serve(contextOf('first'));
    lifecycle.policyRead('locked');
    expect(lifecycle.serving()).toEqual({ name: 'first', kmsPolicy: 'locked' });
  });
});
