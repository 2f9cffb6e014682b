/** Both back ends by name: `describe.each(BACKENDS)`. */
import { crypto as noble } from '@perf-aggregator/shared/crypto/noble';
import { crypto as node } from '@perf-aggregator/shared/crypto/node';

export const BACKENDS = [
  ['node', node],
  ['noble', noble],
] as const;
