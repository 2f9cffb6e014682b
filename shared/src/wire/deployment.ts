/**
 * What a deployment adds to an image at boot: its KMS key and its role. Nothing here is secret from the parent, which
 * names both. `config_sha256` covers them, so that a client can detect another key than the announced one.
 */
import * as z from 'zod';

/** Schema of {@link Deployment}: any two texts; {@link keyService} and {@link isRoleArn} judge them. */
export const deploymentSchema = z.strictObject({
  /** The KMS key under which the root is kept. */
  keyArn: z.string().max(2048),
  /** Role whose credentials the enclave gets, as the key's policy names it. */
  roleArn: z.string().max(2048),
});
export type Deployment = z.infer<typeof deploymentSchema>;

const KEY_ARN = /^arn:(aws|aws-us-gov|aws-cn):kms:([a-z]{2}(?:-[a-z]+)+-\d):\d{12}:key\/[0-9a-zA-Z-]{1,64}$/;
const ROLE_ARN = /^arn:(?:aws|aws-us-gov|aws-cn):iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/;
/** The domain of a partition's services, where it is not amazonaws.com. */
const DOMAIN: Readonly<Record<string, string>> = { 'aws-cn': 'amazonaws.com.cn' };

/** The service that keeps a key. Only this code decides where it is dialled. */
export interface KeyService {
  readonly region: string;
  readonly host: string;
}

/**
 * Region and host of the service that keeps a key.
 * @param keyArn - `arn:PARTITION:kms:REGION:ACCOUNT:key/ID`
 * @returns null for any other text, including an alias (which somebody could point elsewhere)
 */
export function keyService(keyArn: string): KeyService | null {
  const [, partition, region] = KEY_ARN.exec(keyArn) ?? [];
  if (!partition || !region) return null;
  return { region, host: `kms.${region}.${DOMAIN[partition] ?? 'amazonaws.com'}` };
}

/** Whether `text` is the ARN of an IAM role. */
export function isRoleArn(text: string): boolean {
  return ROLE_ARN.test(text);
}
