// Reads what vitest printed and says how many tests passed and how many did not: "PASSED FAILED".
// A skipped test counts as failed: nothing is skipped here.
//
//   node scripts/count-tests.mjs LOG
import { readFileSync } from 'node:fs';

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
const text = readFileSync(process.argv[2], 'utf8').replaceAll(/\u001b\[[0-9;]*m/g, '');
const line = text.split('\n').findLast((candidate) => /^\s*Tests\s+\d/.test(candidate)) ?? '';
const count = (word) => Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0);
console.log(count('passed'), count('failed') + count('skipped') + count('todo'));
