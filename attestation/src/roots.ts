/** The trust anchor of AWS Nitro Enclaves. */
import { equalBytes } from '@perf-aggregator/shared/bytes';
import { decodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { type Certificate, parseCertificate } from './certificate.ts';

/** SHA-256 of {@link AWS_NITRO_ROOT_G1}, as published by AWS. */
export const AWS_NITRO_ROOT_G1_SHA256 = '641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b';

/**
 * DER of the AWS Nitro Enclaves root certificate G1 (CN=aws.nitro-enclaves, valid 2019-10-28 to 2049-10-28),
 * from https://aws-nitro-enclaves.amazonaws.com/AWS_NitroEnclaves_Root-G1.zip.
 */
export const AWS_NITRO_ROOT_G1: Uint8Array = decodeBase64(
  'MIICETCCAZagAwIBAgIRAPkxdWgbkK/hHUbMtOTn+FYwCgYIKoZIzj0EAwMwSTELMAkGA1UEBhMCVVMxDzANBgNVBAoMBkFt' +
    'YXpvbjEMMAoGA1UECwwDQVdTMRswGQYDVQQDDBJhd3Mubml0cm8tZW5jbGF2ZXMwHhcNMTkxMDI4MTMyODA1WhcNNDkxMDI4' +
    'MTQyODA1WjBJMQswCQYDVQQGEwJVUzEPMA0GA1UECgwGQW1hem9uMQwwCgYDVQQLDANBV1MxGzAZBgNVBAMMEmF3cy5uaXRy' +
    'by1lbmNsYXZlczB2MBAGByqGSM49AgEGBSuBBAAiA2IABPwCVOumCMHzaHDimtqQvkY4MpJzbolL//Zy2YlES1BR5TSksfbb' +
    '48C8WBoyt7F2Bw7eEtaaP+ohG2bnUs990d0JX28TcPQXCEPZ3BABIeTPYwEoCWZEh8l5YoQwTcU/9KNCMEAwDwYDVR0TAQH/' +
    'BAUwAwEB/zAdBgNVHQ4EFgQUkCW1DdkFR+eWw5b6cp3PmanfS5YwDgYDVR0PAQH/BAQDAgGGMAoGCCqGSM49BAMDA2kAMGYC' +
    'MQCjfy+Rocm9Xue4YnwWmNJVA44fA0P5W2OpYow9OYCVRaEevL8uO1XYru5xtMPWrfMCMQCi85sWBbJwKKXdS6BptQFuZbT7' +
    '3o/gBh1qUxl/nNr12UO8Yfwr6wPLb+6NIwLz3/Y=',
);

/** The default root, parsed from its own copy of the bytes. A write to the exported bytes changes nobody's trust. */
export const awsNitroRoot: Certificate = parseCertificate(new Uint8Array(AWS_NITRO_ROOT_G1));

/** Whether `root` is AWS's root, compared by all of its bytes. */
export function isAwsNitroRoot(root: Certificate): boolean {
  return equalBytes(root.raw, awsNitroRoot.raw);
}
