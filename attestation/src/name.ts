/** Distinguished names (RFC 5280 §4.1.2.4) for people. The verifier compares their bytes. */
import { fromUtf8 } from '@perf-aggregator/shared/bytes';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { DerReader, derOid, formatOid, TAG } from './der.ts';

/** Labels by the object identifier's contents: 2.5.4.3 and similar (X.520). */
const LABELS: Readonly<Record<string, string>> = {
  '550403': 'CN',
  '550406': 'C',
  '550407': 'L',
  '550408': 'ST',
  '55040a': 'O',
  '55040b': 'OU',
};

/**
 * A name as `C=US, O=Amazon, CN=…`, in the order of its bytes. It is for display only: values are not escaped.
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
      parts.push(`${LABELS[oid] ?? formatOid(oid)}=${display(attribute.next().content)}`);
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
    // The value is not text, so its bytes are shown.
  }
  return `#${encodeHex(value)}`;
}
