// Reads the output of one or several vitest runs. Prints how many tests passed and how many did not: "PASSED FAILED".
// A skipped test counts as failed, because no test may be skipped here.
//
//   node scripts/count-tests.mjs LOG
import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

const text = stripVTControlCharacters(readFileSync(process.argv[2], 'utf8'));
const lines = text.split('\n').filter((line) => /^\s*Tests\s+\d/.test(line));
const count = (word) =>
  lines.reduce((sum, line) => sum + Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0), 0);
console.log(count('passed'), count('failed') + count('skipped') + count('todo'));
