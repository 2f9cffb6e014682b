/**
 * `boot`: the parent sends credentials, its deployment and the stored genesis record. Without a record, the enclave
 * draws one and returns it. The parent stores it, and the first writer wins. With a record, the enclave takes its keys
 * from it and serves. A serving enclave is booted again from time to time: it uses the fresh credentials to read the
 * key's policy again.
 */
import { type BootRequest, decodeBootRequest, encodeBootReply } from '@perf-aggregator/shared/wire/boot';
import type { Deployment } from '@perf-aggregator/shared/wire/deployment';
import type { EnclaveReply, EnclaveRequest } from '@perf-aggregator/shared/wire/envelope';
import { EnclaveConfigError } from '../config.ts';
import type { DeployedContext, EnclaveContext } from '../context/context.ts';
import { Refusal } from '../errors.ts';
import { drawRoot, type GenesisContext, openRoot, wipeIdentity } from '../keys/genesis.ts';
import { KmsError } from '../kms/errors.ts';
import { ok } from '../operations/operation.ts';
import type { BootContext } from './lifecycle.ts';

/**
 * Answers a boot request.
 * @throws Refusal `kms_unavailable`, `genesis_mismatch`, `deployment_refused`, `enclave_not_ready`
 */
export async function boot(context: BootContext, request: EnclaveRequest): Promise<EnclaveReply> {
  const asked = decodeBootRequest(request.body);
  try {
    const genesis = context.lifecycle.isServing
      ? await readPolicyAgain(context, asked)
      : await takeKeys(context, asked);
    return ok(encodeBootReply({ phase: context.lifecycle.phase, genesis }));
  } catch (cause) {
    if (cause instanceof EnclaveConfigError) throw refuseDeployment(context, cause);
    if (!(cause instanceof KmsError)) throw cause;
    // The parent makes this call possible and sees it fail. So the code reveals nothing secret to its operator.
    context.log('kms_failed', { code: cause.code, reason: cause.message });
    throw new Refusal('kms_unavailable', cause.code, { cause, retryAfterMs: 5_000 });
  }
}

/** @returns a record to store, when there was none */
async function takeKeys(context: BootContext, asked: BootRequest) {
  const { credentials, deployment, sharers, genesis } = asked;
  const { lifecycle, log } = context;
  const deployed = context.deploy(deployment, sharers);
  lifecycle.reach('attested');
  const keys = toGenesis(context, deployed);
  if (!genesis) return await drawRoot(keys, credentials);
  const identity = await openRoot(keys, credentials, genesis);
  lifecycle.reach('keyed');
  const kmsPolicy = await deployed.kms.policyState(credentials);
  // Two boots may run at once, and each may have a genuine record. The first one decides the enclave's identity.
  if (lifecycle.serve(deployed.serveWith({ identity, kmsPolicy }))) {
    log('serving', { kmsPolicy });
    return null;
  }
  wipeIdentity(identity);
  requireSame(lifecycle.serving(), deployment);
  return null;
}

/** A locked policy stays locked. Any other state is read again. When the new read fails, the state before it stays. */
async function readPolicyAgain(
  context: BootContext,
  { credentials, deployment }: BootRequest,
): Promise<null> {
  const { lifecycle, log } = context;
  const serving = lifecycle.serving();
  requireSame(serving, deployment);
  const { kms, kmsPolicy } = serving;
  if (kmsPolicy === 'locked') return null;
  const now = await kms.policyState(credentials);
  if (now === kmsPolicy || now === 'unknown') return null;
  lifecycle.policyRead(now);
  log('kms_policy', { kmsPolicy: now });
  return null;
}

/** @throws EnclaveConfigError `deployment_invalid` */
function requireSame({ config: { kms } }: EnclaveContext, { keyArn, roleArn }: Deployment): void {
  if (kms.keyArn === keyArn && kms.roleArn === roleArn) return;
  throw new EnclaveConfigError('deployment_invalid', 'the enclave serves with another key or role');
}

function refuseDeployment(context: BootContext, cause: EnclaveConfigError): Refusal {
  context.log('boot_refused', { code: cause.code, reason: cause.message });
  return new Refusal('deployment_refused', cause.message, { cause, retryAfterMs: 60_000 });
}

function toGenesis({ nsm }: BootContext, { kms, config, configSha256 }: DeployedContext): GenesisContext {
  const { predecessors } = config;
  return { kms, nsm, keyArn: config.kms.keyArn, configSha256, predecessors };
}
