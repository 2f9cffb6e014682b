/** The alarms, and the topic that they notify. */
import { Duration, type Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Subscription, SubscriptionProtocol, Topic } from 'aws-cdk-lib/aws-sns';
import type { Balancer } from './balancer.ts';
import type { CanaryRules } from './canary.ts';
import type { Counted } from './logs.ts';
import type { Parameters } from './parameters.ts';

interface AlarmSpec {
  readonly id: string;
  readonly says: string;
  readonly metric: Metric;
  /** The alarm goes off when the metric is at least this, or less than `below`. */
  readonly atLeast?: number;
  readonly below?: number;
  /** Number of periods in a row. */
  readonly periods: number;
  /** Whether missing data is an alarm too. */
  readonly silenceAlarms?: boolean;
}

/** Makes the topic that alarms and the canary's rules notify. */
export function createTopic(scope: Stack, { name, account, alarmEmail }: Parameters): Topic {
  const topic = new Topic(scope, 'Alarms', { topicName: `${name}-alarms` });
  const mayPublish = { effect: Effect.ALLOW, actions: ['sns:Publish'], resources: [topic.topicArn] };
  topic.addToResourcePolicy(
    new PolicyStatement({
      ...mayPublish,
      sid: 'CloudWatch',
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      conditions: { StringEquals: { 'aws:SourceAccount': account } },
    }),
  );
  topic.addToResourcePolicy(
    new PolicyStatement({
      ...mayPublish,
      sid: 'EventBridge',
      // There is no condition, because EventBridge fills none in. A condition would refuse every event (EventBridge
      // User Guide, "Amazon SNS permissions").
      principals: [new ServicePrincipal('events.amazonaws.com')],
    }),
  );
  if (alarmEmail !== null) {
    new Subscription(scope, 'AlarmEmail', {
      topic,
      protocol: SubscriptionProtocol.EMAIL,
      endpoint: alarmEmail,
    });
  }
  return topic;
}

/** What the alarms watch, and whom they notify. */
export interface AlarmFacts {
  readonly balancer: Balancer;
  readonly rules: CanaryRules;
  readonly topic: Topic;
}

/** Makes the alarms. */
export function createAlarms(scope: Stack, parameters: Parameters, facts: AlarmFacts): void {
  const { balancer, rules, topic } = facts;
  const specs = [
    ...serviceAlarms(parameters, balancer),
    ...keyAlarms(parameters, rules),
    ...deliveryAlarms(rules),
  ];
  for (const spec of specs) {
    const isBelow = spec.below !== undefined;
    new Alarm(scope, spec.id, {
      alarmName: `${parameters.name}-${spec.id}`,
      alarmDescription: spec.says,
      metric: spec.metric,
      threshold: spec.below ?? spec.atLeast!,
      comparisonOperator: isBelow
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: spec.periods,
      treatMissingData: spec.silenceAlarms ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    }).addAlarmAction(new SnsAction(topic));
  }
}

function serviceAlarms(parameters: Parameters, { balancer, targets }: Balancer): readonly AlarmSpec[] {
  const { name } = parameters;
  const minute = { period: Duration.minutes(1) };
  const target5xx = balancer.metrics.custom('HTTPCode_Target_5XX_Count', { statistic: 'Sum', ...minute });
  return [
    {
      id: 'NotReady',
      says: 'No instance answers /ready with 200: no store, no enclave, or an enclave without keys.',
      metric: targets.metrics.healthyHostCount({ statistic: 'Minimum', ...minute }),
      below: 1,
      periods: 3,
      silenceAlarms: true,
    },
    {
      id: 'Failing',
      says: 'Ten answers 5xx a minute, for five minutes.',
      metric: target5xx,
      atLeast: 10,
      periods: 5,
    },
    {
      id: 'EnclaveLost',
      says: 'The parent lost an enclave, or found none, in three of its reports.',
      metric: counted(parameters, 'EnclaveLost', Duration.minutes(15)),
      atLeast: 3,
      periods: 1,
    },
    {
      id: 'RequestFailed',
      says: 'A fault without a code of its own: see request_id in the parent log.',
      metric: counted(parameters, 'RequestFailed', Duration.minutes(5)),
      atLeast: 1,
      periods: 1,
    },
    {
      id: 'StoreFull',
      says: 'The volume of the store is filled to four fifths: raise volumeGib. Silence: the agent does not measure.',
      metric: new Metric({
        namespace: name,
        metricName: 'disk_used_percent',
        dimensionsMap: { path: '/var/lib/perf-aggregator' },
        statistic: 'Maximum',
        period: Duration.minutes(5),
      }),
      atLeast: 80,
      periods: 3,
      silenceAlarms: true,
    },
  ];
}

function keyAlarms(parameters: Parameters, rules: CanaryRules): readonly AlarmSpec[] {
  const count = (metric: Counted, minutes: number) => counted(parameters, metric, Duration.minutes(minutes));
  return [
    {
      id: 'KmsFailed',
      says: 'The enclave gets no keys from KMS.',
      metric: count('KmsFailed', 5),
      atLeast: 1,
      periods: 1,
    },
    {
      id: 'GenesisMismatch',
      says: 'The stored root is not one that this deployment drew: an attack, or a wrong restore.',
      metric: count('GenesisMismatch', 5),
      atLeast: 1,
      periods: 1,
    },
    {
      id: 'CanaryOpen',
      says: 'KMS let the parent use the key without an attestation.',
      metric: count('CanaryOpen', 5),
      atLeast: 1,
      periods: 1,
    },
    {
      id: 'CanarySilent',
      says: 'For an hour nobody has tried whether KMS refuses the parent.',
      metric: count('CanaryClosed', 60),
      below: 1,
      periods: 1,
      silenceAlarms: true,
    },
    {
      id: 'UnattestedUse',
      says: 'Somebody used the key without an attestation, successfully.',
      metric: ofRule(rules.unattestedUse, 'MatchedEvents'),
      atLeast: 1,
      periods: 1,
    },
    {
      id: 'KeyChanged',
      says: 'The key, its policy or its grants were changed.',
      metric: ofRule(rules.keyChanged, 'MatchedEvents'),
      atLeast: 1,
      periods: 1,
    },
  ];
}

/**
 * Alarms for events that the rules saw and could not deliver. CloudWatch notifies the topic under a statement of its
 * own.
 */
function deliveryAlarms(rules: CanaryRules): readonly AlarmSpec[] {
  const untold = (ruleName: string) => ({
    says: `EventBridge could not tell the topic what the rule ${ruleName} saw: its message is lost.`,
    metric: ofRule(ruleName, 'FailedInvocations'),
    atLeast: 1,
    periods: 1,
  });
  return [
    { id: 'UnattestedUseUntold', ...untold(rules.unattestedUse) },
    { id: 'KeyChangedUntold', ...untold(rules.keyChanged) },
  ];
}

function ofRule(ruleName: string, metricName: 'MatchedEvents' | 'FailedInvocations'): Metric {
  return new Metric({
    namespace: 'AWS/Events',
    metricName,
    dimensionsMap: { RuleName: ruleName },
    statistic: 'Sum',
    period: Duration.minutes(1),
  });
}

function counted({ name }: Parameters, metricName: Counted, period: Duration): Metric {
  return new Metric({ namespace: name, metricName, statistic: 'Sum', period });
}
