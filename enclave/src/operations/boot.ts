/**
 * `boot`: the parent brings credentials and the stored genesis record. Without a record the enclave draws
 * one and hands it back to be stored, first writer wins; with a record it takes its keys from it and serves.
 */
import { decodeBootRequest, encodeBootReply } from '@perf-aggregator/shared/wire/boot';
import type { EnclaveContext } from '../context.ts';
import { Refusal } from '../errors.ts';
import { drawRoot, type GenesisContext, openRoot, wipeIdentity } from '../keys/genesis.ts';
import { KmsError } from '../kms/errors.ts';
import { type Handler, ok } from './operation.ts';

export const boot: Handler = async (context, request) => {
  const { credentials, genesis } = decodeBootRequest(request.body);
  if (context.boot.phase === 'boot') context.boot.phase = 'attested';
  if (context.boot.phase === 'serving') return reply(context, null);
  try {
    if (!genesis) return reply(context, await drawRoot(toGenesis(context), credentials));
    const identity = await openRoot(toGenesis(context), credentials, genesis);
    const kmsPolicy = await context.kms.policyState(credentials);
    // Two boots at once, perhaps with two genuine records: who the enclave is was settled by the first.
    if (context.boot.serve({ identity, kmsPolicy })) context.log('serving', { kmsPolicy });
    else wipeIdentity(identity);
    return reply(context, null);
  } catch (cause) {
    if (!(cause instanceof KmsError)) throw cause;
    // The parent makes the call possible and sees it fail: the code tells its operator nothing secret.
    context.log('kms_failed', { code: cause.code, reason: cause.message });
    throw new Refusal('kms_unavailable', cause.code, { cause, retryAfterMs: 5_000 });
  }
};

function reply(context: EnclaveContext, genesis: { blob: Uint8Array; evidence: Uint8Array } | null) {
  return ok(encodeBootReply({ phase: context.boot.phase, genesis }));
}

function toGenesis(context: EnclaveContext): GenesisContext {
  return {
    kms: context.kms,
    nsm: context.nsm,
    keyArn: context.config.kms.keyArn,
    configSha256: context.configSha256,
    predecessors: context.config.predecessors,
  };
}
