import { isRoleArn, keyService } from '@perf-aggregator/shared/wire/deployment';
import { describe, expect, it } from 'vitest';

const ID = '123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab';

describe('when a key is named', () => {
  it.each([
    [`arn:aws:kms:eu-central-1:${ID}`, 'eu-central-1', 'kms.eu-central-1.amazonaws.com'],
    [`arn:aws-us-gov:kms:us-gov-west-1:${ID}`, 'us-gov-west-1', 'kms.us-gov-west-1.amazonaws.com'],
    [`arn:aws-cn:kms:cn-north-1:${ID}`, 'cn-north-1', 'kms.cn-north-1.amazonaws.com.cn'],
    [`arn:aws:kms:ap-southeast-2:${ID}`, 'ap-southeast-2', 'kms.ap-southeast-2.amazonaws.com'],
  ])('%s is kept in %s at %s', (arn, region, host) => {
    expect(keyService(arn)).toEqual({ region, host });
  });

  it.each([
    'arn:aws:kms:eu-central-1:123456789012:alias/perf-aggregator',
    `arn:aws:kms:eu-central-1.evil.example:${ID}`,
    `arn:aws:kms:EU-CENTRAL-1:${ID}`,
    `arn:aws:s3:eu-central-1:${ID}`,
    `arn:aws-iso:kms:us-iso-east-1:${ID}`,
    `arn:aws:kms:eu-central-1:${ID}\n`,
    `arn:aws:kms:eu-central-1:${ID}/x`,
    '1234abcd-12ab-34cd-56ef-1234567890ab',
    '',
  ])('%j is no valid key ARN', (arn) => {
    expect(keyService(arn)).toBeNull();
  });

  it('a role is distinguished from a user, with or without a path', () => {
    expect(isRoleArn('arn:aws:iam::123456789012:role/service/parent')).toBe(true);
    expect(isRoleArn('arn:aws:iam::123456789012:user/parent')).toBe(false);
    expect(isRoleArn('arn:aws:sts::123456789012:assumed-role/parent/session')).toBe(false);
    expect(isRoleArn('arn:aws:iam::123456789012:role/parent\n')).toBe(false);
  });
});
