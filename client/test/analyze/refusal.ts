/** Code and message of the error with which `analyze` refuses a file. */
import { expect } from 'vitest';
import { type AnalyzeOptions, analyze } from '../../src/analyze/analyze.ts';
import { AnalyzeError } from '../../src/analyze/errors.ts';

export function refusal(text: string, options: AnalyzeOptions = {}): string {
  try {
    analyze(text, options);
  } catch (error) {
    expect(error).toBeInstanceOf(AnalyzeError);
    return `${(error as AnalyzeError).code}: ${(error as AnalyzeError).message}`;
  }
  throw new Error('nothing was refused');
}
