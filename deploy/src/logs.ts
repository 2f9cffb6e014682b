/** Log groups, and the lines that are counted in them. The content of log lines: docs/operations.md. */
import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { CfnMetricFilter, LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Parameters } from './parameters.ts';

/** Log files of the instance. Each is a group `/NAME/FILE`. */
export const LOGS = ['parent', 'enclave', 'canary', 'boot'] as const;
export type LogName = (typeof LOGS)[number];

/** Counted lines, by metric. The parent's lines are found by the names of events and by public codes, not by words. */
export const COUNTED = {
  EnclaveLost: [
    'parent',
    '{ ($.event = "enclave_lost") || ($.event = "enclave_absent") || ($.event = "enclave_silent") }',
  ],
  KmsFailed: ['parent', '{ $.code = "kms_unavailable" }'],
  GenesisMismatch: ['parent', '{ $.code = "genesis_mismatch" }'],
  RequestFailed: ['parent', '{ $.event = "request_failed" }'],
  CanaryOpen: ['canary', '{ $.canary = "open" }'],
  CanaryClosed: ['canary', '{ $.canary = "closed" }'],
} as const satisfies Record<string, readonly [LogName, string]>;
export type Counted = keyof typeof COUNTED;

/** Makes the groups and the counters, in the metric namespace `name`. */
export function createLogs(scope: Stack, { name }: Parameters): readonly LogGroup[] {
  const groups = new Map(
    LOGS.map((log) => [
      log,
      new LogGroup(scope, `Log-${log}`, {
        logGroupName: `/${name}/${log}`,
        retention: RetentionDays.THREE_MONTHS,
        removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      }),
    ]),
  );
  for (const [metricName, [log, filterPattern]] of Object.entries(COUNTED)) {
    new CfnMetricFilter(scope, `Count-${metricName}`, {
      logGroupName: groups.get(log)!.logGroupName,
      filterPattern,
      metricTransformations: [{ metricNamespace: name, metricName, metricValue: '1' }],
    });
  }
  return [...groups.values()];
}
