/** Distinguished names (RFC 5280 §4.1.2.4) for people; the verifier compares their bytes. */
import { fromUtf8 } from '@perf-aggregator/shared/bytes';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { DerReader, derOid, TAG } from './der.ts';

const LABELS: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
};

/**
 * A name as `C=US, O=Amazon, CN=…`, in the order of its bytes. For display only: values are not escaped.
 * @throws VerificationError `certificate_malformed`
 */
export function formatName(content: Uint8Array): string {
  const parts: string[] = [];
  const name = new DerReader(content);
  while (!name.done) {
    const set = name.enter(TAG.set);
    while (!set.done) {
      const attribute = set.enter(TAG.sequence);
      const oid = derOid(attribute.expect(TAG.oid).content);
      parts.push(`${LABELS[oid] ?? oid}=${display(attribute.next().content)}`);
      attribute.end();
    }
  }
  return parts.join(', ');
}

function display(value: Uint8Array): string {
  try {
    const text = fromUtf8(value);
    if (/^[\x20-\x7e]*$/.test(text)) return text;
  } catch {
    // Not text: shown as bytes.
  }
  return `#${encodeHex(value)}`;
}
