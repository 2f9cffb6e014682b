/** The holder's choice of the metrics in a report that an allocator or auditor may see. */
import { fromUtf8 } from '@perf-aggregator/shared/bytes';
import { decodeBase64Url } from '@perf-aggregator/shared/codec/base64';
import type { ReportBundle } from '@perf-aggregator/shared/messages/report/claims';
import { DISCLOSABLE_METRICS } from '@perf-aggregator/shared/messages/report/metrics';
import { ClientError } from '../errors.ts';

/**
 * A bundle that discloses only the named metrics. The open claims always stay (RFC 9901 §7.2). The result verifies like
 * the original. Nobody can turn it back into the original.
 * @throws ClientError `disclosure_unknown` for a name that the report does not have
 */
export function discloseOnly(bundle: ReportBundle, names: readonly string[]): ReportBundle {
  const [jwt, ...disclosures] = bundle.sdJwt.split('~').slice(0, -1);
  const known = new Map(disclosures.map((text) => [nameOf(text), text]));
  const chosen = names.map((name) => {
    const disclosure = known.get(name);
    if (disclosure) return disclosure;
    const choice = DISCLOSABLE_METRICS.filter((metric) => known.has(metric)).join(', ');
    throw new ClientError('disclosure_unknown', `"${name}" is not in this report; there are ${choice}`);
  });
  return { ...bundle, sdJwt: [jwt, ...new Set(chosen), ''].join('~') };
}

function nameOf(disclosure: string): string {
  const [, name] = JSON.parse(fromUtf8(decodeBase64Url(disclosure))) as [string, string, unknown];
  return name;
}
