/** Temporary credentials of a role, as the instance metadata service would give them to the parent. */
import { encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import type { Random } from '@perf-aggregator/shared/random';
import type { IssuedCredentials } from './sigv4.ts';

/** Fresh credentials of `roleArn` until `expiration` (ms). The caller puts them where the KMS server looks them up. */
export function issueCredentials(roleArn: string, expiration: number, random: Random): IssuedCredentials {
  return {
    roleArn,
    accessKeyId: `ASIA${encodeHex(random.bytes(8)).toUpperCase()}`,
    secretAccessKey: encodeBase64(random.bytes(30)),
    sessionToken: encodeBase64(random.bytes(96)),
    expiration,
  };
}
