/**
 * Explains why KMS may have denied access: compares what was sent with what the live key policy requires. Neither is
 * secret.
 */

/** The data of one denied call. */
export interface DeniedCall {
  /** PCR 0, 1 and 2 of the attestation document, hex. */
  readonly sent: Readonly<Record<number, string>>;
  /** The live policy. `undefined` if it could not be read. */
  readonly livePolicy: string | undefined;
}

const MAX_NAMED = 4;
const CONDITION = /^kms:recipientattestation:pcr(\d{1,2})$/i;

/**
 * One line. It names the registers in which the policy requires another value, with both values. When all agree, it
 * names the remaining causes. It compares the policy as text and does not evaluate it.
 */
export function explainDenial({ sent, livePolicy }: DeniedCall): string {
  if (livePolicy === undefined) {
    return `PCR0 sent ${sent[0] ?? 'unknown'}; the key policy cannot be read: the role may be another one than it names`;
  }
  const wanted = wantedPcrs(livePolicy);
  if (wanted.size === 0) {
    return `PCR0 sent ${sent[0] ?? 'unknown'}; the key policy names no PCR, so role, action or a deny decided`;
  }
  const differing = [...wanted].filter(([index, values]) => !values.has(sent[index] ?? ''));
  if (differing.length === 0) {
    return `PCR0 sent ${sent[0] ?? 'unknown'}, as the key policy wants; role, account or IAM decided`;
  }
  return differing
    .map(
      ([index, values]) =>
        `PCR${index}: the key policy wants ${shown(values)}, sent ${sent[index] ?? 'none'}`,
    )
    .join('; ');
}

/** Values by register, lower-case, of every condition that compares one for (in)equality. */
function wantedPcrs(livePolicy: string): ReadonlyMap<number, ReadonlySet<string>> {
  const wanted = new Map<number, Set<string>>();
  for (const [operator, keys] of conditionsOf(livePolicy)) {
    if (!/^String(Not)?Equals(IgnoreCase)?$/.test(operator)) continue;
    for (const [key, value] of Object.entries(Object(keys) as object)) {
      const index = CONDITION.exec(key)?.[1];
      if (index === undefined) continue;
      const values = wanted.get(Number(index)) ?? new Set();
      for (const one of [value].flat() as unknown[]) values.add(String(one).toLowerCase());
      wanted.set(Number(index), values);
    }
  }
  return wanted;
}

function conditionsOf(livePolicy: string): readonly (readonly [string, unknown])[] {
  try {
    const { Statement } = JSON.parse(livePolicy) as { Statement?: unknown };
    const statements = [Statement].flat() as { Condition?: unknown }[];
    return statements.flatMap((one) => Object.entries(Object(one?.Condition) as object));
  } catch {
    return [];
  }
}

/** Text from another party. Only a text in the form of a measurement is repeated. */
function shown(values: ReadonlySet<string>): string {
  const named = [...values]
    .slice(0, MAX_NAMED)
    .map((value) => (/^[0-9a-f]{1,128}$/.test(value) ? value : 'no measurement'));
  return `${named.join(' or ')}${values.size > MAX_NAMED ? ' or others' : ''}`;
}
