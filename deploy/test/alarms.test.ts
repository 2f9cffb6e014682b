/** Alarms, EventBridge rules, and who may publish to the SNS topic. */
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { synthesise } from './deployment.ts';
import { resourcesOf } from './template.ts';

const template = synthesise();
const whole = synthesise({ alarmEmail: 'operator@example.com', trail: 'existing' });

describe('when something goes wrong', () => {
  it('every alarm publishes to the topic', () => {
    const alarms = resourcesOf('AWS::CloudWatch::Alarm', template);
    expect(alarms.map(({ Properties }) => String(Properties['AlarmName'])).toSorted()).toEqual(
      [
        'CanaryOpen',
        'CanarySilent',
        'EnclaveLost',
        'Failing',
        'GenesisMismatch',
        'KeyChanged',
        'KeyChangedUntold',
        'KmsFailed',
        'NotReady',
        'RequestFailed',
        'StoreFull',
        'UnattestedUse',
        'UnattestedUseUntold',
      ].map((id) => `perf-aggregator-${id}`),
    );
    const [topic] = Object.keys(template.findResources('AWS::SNS::Topic'));
    for (const { Properties } of alarms) expect(Properties['AlarmActions']).toEqual([{ Ref: topic }]);
    whole.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'operator@example.com',
    });
  });

  it('CloudWatch of this account may publish to the topic, and EventBridge, which cannot meet a condition', () => {
    const policies = resourcesOf('AWS::SNS::TopicPolicy', template);
    expect(policies).toHaveLength(1);
    const { Statement } = policies[0]!.Properties['PolicyDocument'] as {
      readonly Statement: readonly object[];
    };
    const [Topic] = Object.keys(template.findResources('AWS::SNS::Topic'));
    const mayPublish = (Sid: string, service: string) => ({
      Sid,
      Effect: 'Allow',
      Action: 'sns:Publish',
      Principal: { Service: `${service}.amazonaws.com` },
      Resource: { Ref: Topic },
    });
    expect(Statement).toStrictEqual([
      {
        ...mayPublish('CloudWatch', 'cloudwatch'),
        Condition: { StringEquals: { 'aws:SourceAccount': '123456789012' } },
      },
      mayPublish('EventBridge', 'events'),
    ]);
  });

  it('every rule has an alarm for events that it cannot deliver', () => {
    const rules = resourcesOf('AWS::Events::Rule', template).map(({ Properties }) => Properties['Name']);
    const watched = resourcesOf('AWS::CloudWatch::Alarm', template)
      .map(({ Properties }) => Properties)
      .filter(({ MetricName }) => MetricName === 'FailedInvocations');
    expect(watched.map(({ Dimensions }) => Dimensions)).toEqual(
      rules.map((Value) => [{ Name: 'RuleName', Value }]),
    );
    expect(rules).toHaveLength(2);
    for (const alarm of watched) {
      expect(alarm).toMatchObject({
        Namespace: 'AWS/Events',
        Statistic: 'Sum',
        Threshold: 1,
        EvaluationPeriods: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      });
    }
  });

  it('rules match each successful use of the key without attestation, and each change of the key', () => {
    const pattern = (detail: object) => ({
      State: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS',
      EventPattern: {
        source: ['aws.kms'],
        detail: {
          errorCode: [{ exists: false }],
          resources: { ARN: [{ 'Fn::GetAtt': ['Key', 'Arn'] }] },
          ...detail,
        },
      },
    });
    template.hasResourceProperties(
      'AWS::Events::Rule',
      pattern({
        eventName: Match.arrayWith(['Decrypt', 'GenerateDataKey', 'Encrypt']),
        additionalEventData: { recipient: { attestationDocumentModuleId: [{ exists: false }] } },
      }),
    );
    template.hasResourceProperties(
      'AWS::Events::Rule',
      pattern({ eventName: Match.arrayWith(['PutKeyPolicy', 'CreateGrant', 'ScheduleKeyDeletion']) }),
    );
    template.resourceCountIs('AWS::CloudTrail::Trail', 1);
    whole.resourceCountIs('AWS::CloudTrail::Trail', 0);
  });
});
