import fc from 'fast-check';
import { property } from './vitest.seed.ts';

fc.configureGlobal({ seed: property.seed, numRuns: property.runs });
