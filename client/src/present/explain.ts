/** What a code means and what to do about it, as in docs/errors.md. */
import { EXPLANATIONS } from './explanations.ts';

/** What docs/errors.md states about a code. */
export interface CodeExplanation {
  readonly code: string;
  /** The error classes and the lists of codes that the code belongs to. */
  readonly of: readonly string[];
  readonly meaning: string;
  readonly advice: string;
}

/** Where the codes of a service's refusal are looked up: open codes first, then sealed ones. */
const OF_SERVICE = ['ServiceError', 'SealedRefusal', 'ExchangeError'];

const all: readonly CodeExplanation[] = parse(EXPLANATIONS);

/** All explanations of `code`. Several classes may share one code. Empty: the code does not exist. */
export function explanationsOf(code: string): readonly CodeExplanation[] {
  return all.filter((known) => known.code === code);
}

/** Codes that begin or end like `code`, or contain it. */
export function codesLike(code: string): readonly string[] {
  const words = code.toLowerCase().split('_');
  const isLike = (known: string) => known.includes(code.toLowerCase()) || known.split('_')[0] === words[0];
  return [...new Set(all.map((known) => known.code).filter(isLike))];
}

/**
 * What to do about an error. Undefined: nothing is known about it.
 * @param kind - name of its class
 */
export function adviceOn(code: string, kind: string): string | undefined {
  const known = explanationsOf(code);
  const kinds = kind === 'ServiceError' ? OF_SERVICE : [kind];
  const meant = kinds.flatMap((name) => known.filter(({ of }) => of.includes(name)));
  return (meant[0] ?? known[0])?.advice;
}

function parse(text: string): CodeExplanation[] {
  let of: readonly string[] = [];
  return text
    .trim()
    .split('\n')
    .flatMap((line) => {
      if (line.startsWith('# ')) {
        of = line.slice(2).split(' ');
        return [];
      }
      const [code = '', meaning = '', advice = ''] = line.split(' | ');
      return [{ code, of, meaning, advice }];
    });
}
