/** `quote`: an attestation document for the current handshake key (docs/design.md §6). Body: the client's nonce. */
import { encodeUserData } from '@perf-aggregator/shared/messages/user-data';
import { Refusal } from '../errors.ts';
import { type Handler, ok } from './operation.ts';

export const quote: Handler = async (context, request) => {
  const { identity, kmsPolicy } = context;
  const nonce = request.body;
  if (nonce.length < 16 || nonce.length > 64) {
    throw new Refusal('nonce_out_of_range', `a nonce of ${nonce.length} bytes`);
  }
  const document = await context.nsm.attest({
    nonce,
    publicKey: context.handshake.publicKey(),
    userData: encodeUserData({
      t: 'quote',
      v: 1,
      report_key: identity.reportKey,
      config_sha256: context.configSha256,
      kms_policy: kmsPolicy,
    }),
  });
  return ok(document);
};
