/** Citations of sections (`docs/metrics.md §3`, `RFC 8949 §4.1`) in a text, and the sections that a document has. */

/** One § of a text. */
export interface Citation {
  /** The document that is named: a path of this repository, a public standard, or null where none is named. */
  readonly document: string | null;
  readonly section: string;
  /** What stands behind the number in quotes (`docs/metrics.md §1 "Large flows"`) or backquotes; null: nothing. */
  readonly detail: string | null;
  /** The words around it, for whoever must mend it. */
  readonly near: string;
}

/** A section with everything below it. */
export type Sections = ReadonlyMap<string, string>;

/** Standards and vendors' documents that anybody can read elsewhere. */
const STANDARD = /(?:RFC \d+|SP 800-\d+|FIPS \d+-\d+|X\.\d{3}|attestation_process\.md`?,?) $/;
const OWN = /([\w./-]+\.md)\]?(?:\([^)]*\))?`? $/;
/** What joins two sections of one document. */
const JOINT = /^(?:,| and| to| or|,? §)* $/;

/** Every § of `text`, in order. Line ends and what begins a line of a comment count as one space. */
export function citationsOf(text: string): readonly Citation[] {
  const flat = text.replaceAll(/\s*\n\s*(?:\*(?!\/)|\/\/|#(?!#))?\s*/g, ' ');
  const found: Citation[] = [];
  let end = 0;
  for (const match of flat.matchAll(/§(\d+(?:\.\d+)*)(?: "([^"]+)"| `([^`]+)`)?/g)) {
    const before = flat.slice(end, match.index);
    const previous = found.at(-1);
    const isJoined = previous !== undefined && JOINT.test(before);
    found.push({
      document: isJoined ? previous.document : documentBefore(flat.slice(0, match.index)),
      section: match[1]!,
      detail: match[2] ?? match[3] ?? null,
      near: flat.slice(Math.max(0, match.index - 60), match.index + 20),
    });
    end = match.index + match[0].length;
  }
  return found;
}

function documentBefore(text: string): string | null {
  const near = text.slice(-200);
  return STANDARD.exec(near)?.[0].trim() ?? OWN.exec(near)?.[1] ?? null;
}

/** Whether a named document is a public one, which is not looked up here. */
export function isStandard(document: string): boolean {
  return STANDARD.test(`${document} `);
}

/** Sections by number (`## 3. Risk`, `### 1.2 Frames`); those without a number belong to the one above. */
export function sectionsOf(markdown: string): Sections {
  const sections = new Map<string, string>();
  for (const part of markdown.split(/^(?=#{2,4} \d+(?:\.\d+)*\.? )/m).slice(1)) {
    const number = /^#+ (\d+(?:\.\d+)*)/.exec(part)![1]!;
    for (let above = number; above !== ''; above = above.split('.').slice(0, -1).join('.')) {
      sections.set(above, (sections.get(above) ?? '') + part);
    }
  }
  return sections;
}

/** Fragments of a page's headings, as GitHub makes them. */
export function fragmentsOf(markdown: string): ReadonlySet<string> {
  const fragments = new Set<string>();
  for (const [, heading] of withoutCode(markdown).matchAll(/^#{1,6} (.*)$/gm)) {
    const words = heading!.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const fragment = words.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-');
    let unique = fragment;
    for (let count = 1; fragments.has(unique); count++) unique = `${fragment}-${count}`;
    fragments.add(unique);
  }
  return fragments;
}

/** Targets of the links of a page that lead to files, or to places, of the repository. */
export function linksOf(markdown: string): readonly string[] {
  const targets = [...withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '');
}
