/** Citations of sections (`docs/metrics.md §3`, `RFC 8949 §4.1`) in a text, and the sections that a document has. */

/** One § in a text. */
export interface Citation {
  /** The cited document: a path of this repository, a public standard, or null if none is named. */
  readonly document: string | null;
  readonly section: string;
  /** The text in quotes (`docs/metrics.md §1 "Large flows"`) or backquotes after the number; null if there is none. */
  readonly detail: string | null;
  /** The surrounding words, for the message. */
  readonly near: string;
}

/** The text of each section, with its subsections. */
export type Sections = ReadonlyMap<string, string>;

/** Standards and vendors' documents that are public elsewhere. */
const STANDARD = /(?:RFC \d+|SP 800-\d+|FIPS \d+-\d+|X\.\d{3}|attestation_process\.md`?,?) $/;
const OWN = /([\w./-]+\.md)\]?(?:\([^)]*\))?`? $/;
/** The text between two sections of one document. */
const JOINT = /^(?:,| and| to| or|,? §)* $/;

/** Every § of `text`, in order. A line end and the comment mark of the next line count as one space. */
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

/** Whether a named document is a public standard. Those are not looked up here. */
export function isStandard(document: string): boolean {
  return STANDARD.test(`${document} `);
}

/** Sections by number (`## 3. Risk`, `### 1.2 Frames`). A section without a number belongs to the section above it. */
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

/** The fragments that GitHub makes of a page's headings. */
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

/** The links of a page that lead to files of the repository, or to headings in them. */
export function linksOf(markdown: string): readonly string[] {
  const targets = [...withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '');
}
