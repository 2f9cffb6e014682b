/** The host names of Binance, and which part of its API each answers. */

/** Host names of the real venue that this one answers for. */
export const BINANCE_HOSTS = ['api.binance.com', 'fapi.binance.com', 'dapi.binance.com'] as const;
/** Host names of the real venue's sandbox, which has no `sapi`. */
export const BINANCE_SANDBOX_HOSTS = ['testnet.binance.vision'] as const;

/** A part of the API with limits of its own. */
export type Area = 'api' | 'sapi' | 'fapi' | 'dapi';

const AREAS: Readonly<Record<string, readonly Area[]>> = {
  'api.binance.com': ['api', 'sapi'],
  'testnet.binance.vision': ['api', 'sapi'],
  'fapi.binance.com': ['fapi'],
  'dapi.binance.com': ['dapi'],
};

/** The area of a path at a host. Null where that host does not answer it. A host that is none of the venue's has all. */
export function areaOf(host: string, path: string): Area | null {
  const area = (['api', 'sapi', 'fapi', 'dapi'] as const).find((one) => path.startsWith(`/${one}/`));
  const allowed = AREAS[host.split(':')[0] ?? ''];
  return area && (allowed?.includes(area) ?? true) ? area : null;
}
