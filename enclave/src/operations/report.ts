/** `report`: the signed, selectively disclosable report and the attestation document made for it. */

import { utf8 } from '@perf-aggregator/shared/bytes';
import { encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { crypto } from '@perf-aggregator/shared/crypto';
import type { ReportBundle } from '@perf-aggregator/shared/messages/report';
import { reportParameters } from '@perf-aggregator/shared/messages/request';
import { encodeUserData } from '@perf-aggregator/shared/messages/user-data';
import type { EnclaveContext } from '../context.ts';
import { SealedRefusal } from '../errors.ts';
import { toClaims } from '../report/claims.ts';
import { issueReport } from '../report/issue.ts';
import { environmentOf, metricsOf } from './account.ts';
import { type Handler, ok, readParameters, refuseSealed, sealResult } from './operation.ts';
import { selectionOf } from './selection.ts';

export const report: Handler = async (context, request) => {
  const { identity, kmsPolicy } = context;
  const session = context.vault.find(request);
  const { asked, parameters } = readParameters(context, session, request, reportParameters);
  const { aud, nonce, ...question } = parameters;
  const { from: _, to: __, period: ___, ...withoutPeriod } = question;
  const metrics = metricsOf(context, session, asked, question);
  if (metrics.startTime === null || metrics.endTime === null) {
    throw refuseSealed(
      context,
      session,
      asked,
      new SealedRefusal('period_empty', 'no whole day lies in the period'),
    );
  }
  const claims = toClaims({
    metrics,
    // Of the same accounts, in the same currency: only the period is lifted.
    fullHistory: metricsOf(context, session, asked, withoutPeriod),
    state: session.state,
    selection: selectionOf(session, question),
    provenance: session.ledger.provenance,
    environment: environmentOf(context, session),
    kmsPolicy,
    configSha256: context.configSha256,
    softwareVersion: context.config.softwareVersion,
    issuedAt: context.clock.now(),
    period: { start: metrics.startTime, end: metrics.endTime },
    audience: aud ?? null,
    nonce: nonce ?? null,
  });
  const sdJwt = await issueReport(claims, identity.reportSeed, context.random);
  const bundle = await attest(context, sdJwt, identity.reportKey, kmsPolicy);
  context.log('report_issued');
  return ok(sealResult(context, session, asked, { bundle }));
};

async function attest(
  context: EnclaveContext,
  sdJwt: string,
  reportKey: Uint8Array,
  kmsPolicy: 'locked' | 'mutable' | 'unknown',
): Promise<ReportBundle> {
  const jwt = sdJwt.slice(0, sdJwt.indexOf('~'));
  const document = await context.nsm.attest({
    publicKey: reportKey,
    userData: encodeUserData({
      t: 'report',
      v: 1,
      config_sha256: context.configSha256,
      jwt_sha256: crypto.sha256(utf8(jwt)),
      kms_policy: kmsPolicy,
    }),
  });
  return { version: 1, sdJwt, attestation: encodeBase64(document) };
}
