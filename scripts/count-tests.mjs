// Reads what vitest printed and says how many tests passed and how many did not: "PASSED FAILED".
// A skipped test counts as failed: nothing is skipped here.
//
//   node scripts/count-tests.mjs LOG
import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

const text = stripVTControlCharacters(readFileSync(process.argv[2], 'utf8'));
const line = text.split('\n').findLast((candidate) => /^\s*Tests\s+\d/.test(candidate)) ?? '';
const count = (word) => Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0);
console.log(count('passed'), count('failed') + count('skipped') + count('todo'));
