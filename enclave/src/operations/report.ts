/** `report`: the signed, selectively disclosable report, and the attestation document for it. */

import { utf8 } from '@perf-aggregator/shared/bytes';
import { encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { crypto } from '@perf-aggregator/shared/crypto';
import { REPORT_VERSION, type ReportBundle } from '@perf-aggregator/shared/messages/report/claims';
import { reportParameters } from '@perf-aggregator/shared/messages/request';
import { encodeUserData, type KmsPolicyState } from '@perf-aggregator/shared/messages/user-data';
import type { EnclaveContext } from '../context/context.ts';
import { SealedRefusal } from '../errors.ts';
import { refuse, sealAnswer } from '../reading/asked.ts';
import { environmentOf, metricsOf } from '../reading/metrics.ts';
import { openQuestion, requireWhole, withParameters } from '../reading/question.ts';
import { toClaims } from '../report/claims.ts';
import { issueReport } from '../report/issue.ts';
import { type Handler, ok } from './operation.ts';

export const report: Handler = async (context, request) => {
  const { identity, kmsPolicy } = context;
  const question = openQuestion(context, request, 'report', reportParameters);
  const { session, selection } = question;
  const { aud, nonce, allowPartial, ...period } = question.parameters;
  if (!allowPartial) requireWhole(question);
  const { from: _, to: __, period: ___, ...withoutPeriod } = period;
  const metrics = metricsOf(withParameters(question, period));
  if (metrics.startTime === null || metrics.endTime === null) {
    throw refuse(question, new SealedRefusal('period_empty', 'no whole day lies in the period'));
  }
  const claims = toClaims({
    metrics,
    // The same accounts in the same currency. Only the period is dropped.
    fullHistory: metricsOf(withParameters(question, withoutPeriod)),
    state: session.state,
    selection,
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
  return ok(sealAnswer(question, { bundle }));
};

async function attest(
  context: EnclaveContext,
  sdJwt: string,
  reportKey: Uint8Array,
  kmsPolicy: KmsPolicyState,
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
  return { version: REPORT_VERSION, sdJwt, attestation: encodeBase64(document) };
}
