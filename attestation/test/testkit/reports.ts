/** Cases about reports as files, for verifiers in any language (attestation/testkit/README.md). */
import { REPORT_RULES, type ReportRule } from '@perf-aggregator/attestation/report/judgement';
import { KMS_POLICY_STATES } from '@perf-aggregator/shared/messages/user-data';
import type { ReportCase, ReportCasePolicy } from '../report/conformance/case.ts';
import { type Block, firstOf, formatBlocks, linesOf, membersOf, neededOf, parseBlocks } from './blocks.ts';
import { applySplices } from './splices.ts';
import { Store, slugOf } from './store.ts';
import {
  fileOf,
  formatImages,
  formatReference,
  formatVerdict,
  type KitFiles,
  parseImages,
  parseReference,
  parseRoots,
  parseVerdict,
  RootFiles,
} from './verdict-lines.ts';

/** A file of cases for each rule, and the stored files that they name. */
export function formatReports(cases: readonly ReportCase[]): KitFiles {
  const store = new Store();
  const roots = new RootFiles();
  const files = REPORT_RULES.map((rule) => {
    const blocks = cases.filter((one) => one.rule === rule).map((one) => formatCase(one, store, roots));
    return [fileNameOf(rule), formatBlocks(blocks)] as const;
  });
  const stored = [...store].map(([name, text]) => [`stored/${name}.txt`, `${text}\n`] as const);
  return new Map([...files, ...stored, ...roots.files]);
}

/** The cases of a kit, rule by rule. */
export function parseReports(files: KitFiles): readonly ReportCase[] {
  return REPORT_RULES.flatMap((rule) =>
    parseBlocks(fileOf(files, fileNameOf(rule))).map((block) => parseCase(block, files)),
  );
}

function fileNameOf(rule: ReportRule): string {
  return `${String(REPORT_RULES.indexOf(rule) + 1).padStart(2, '0')}-${rule.replaceAll('_', '-')}.txt`;
}

function formatCase(one: ReportCase, store: Store, roots: RootFiles): Block {
  const { policy } = one;
  const bundle = store.refer(one.bundle, slugOf(one.name.replace(/^\w+: /, '')));
  return [
    ...formatVerdict(one.expect),
    ...linesOf({ rule: one.rule, name: one.name, at: new Date(one.at).toISOString() }),
    ...roots.format(one.roots),
    ...formatImages(policy.pcrs),
    ...linesOf({
      'allow-debug': policy.allowDebug,
      audience: policy.audience,
      nonce: policy.nonce,
      'kms-policy': policy.kmsPolicy,
    }),
    ...formatReference('bundle', bundle, (text) => text),
  ];
}

function parseCase(block: Block, files: KitFiles): ReportCase {
  const { name, splices } = parseReference('bundle', block, (text) => text);
  const stored = fileOf(files, `stored/${name}.txt`).trimEnd();
  const rule = REPORT_RULES.find((known) => known === neededOf(block, 'rule'));
  if (!rule) throw new Error('a case of a rule that is none');
  return {
    rule,
    name: neededOf(block, 'name'),
    bundle: applySplices(stored, splices),
    ...parseRoots(block, files),
    at: Date.parse(neededOf(block, 'at')),
    policy: parsePolicy(block),
    expect: parseVerdict(block),
  };
}

function parsePolicy(block: Block): ReportCasePolicy {
  const [allowDebug, wanted] = [firstOf(block, 'allow-debug'), firstOf(block, 'kms-policy')];
  const kmsPolicy = KMS_POLICY_STATES.find((state) => state === wanted);
  return {
    pcrs: parseImages(block),
    ...(allowDebug === undefined ? {} : { allowDebug: allowDebug === 'true' }),
    ...membersOf(block, { audience: 'audience', nonce: 'nonce' }),
    ...(kmsPolicy === undefined ? {} : { kmsPolicy }),
  };
}
