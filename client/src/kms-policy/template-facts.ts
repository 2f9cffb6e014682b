/** Reads the facts that filled the template back from a policy. */
import {
  ADMINISTRATION_SID,
  type KeyPolicyFacts,
  POLICY_REGISTERS,
} from '@perf-aggregator/shared/kms/key-policy';
import type { Statement } from './read-policy.ts';

/** Facts of a policy that may be the template. `null`: it cannot be. The caller compares. */
export function templateFactsOf(statements: readonly Statement[]): Omit<KeyPolicyFacts, 'locked'> | null {
  const roleArn = principalOf(statements, 'AttestedUse');
  const adminArn = principalOf(statements, ADMINISTRATION_SID);
  const account = adminArn?.split(':')[4];
  if (roleArn === undefined || adminArn === undefined || account === undefined) return null;
  const lists = POLICY_REGISTERS.map((index) => valuesOf(statements, index));
  const count = Math.max(...lists.map(({ length }) => length));
  if (lists[0]!.length === 0) return null;
  // Each list holds a value once. The lists do not tell which values belong together, and the template does not need
  // it.
  const images = Array.from({ length: count }, (_, row) =>
    Object.fromEntries(
      POLICY_REGISTERS.flatMap((index) => {
        const value = lists[index]![row] ?? lists[index]![0];
        return value === undefined ? [] : [[index, value]];
      }),
    ),
  );
  return { account, roleArn, adminArn, images };
}

function principalOf(statements: readonly Statement[], sid: string): string | undefined {
  const principal = statements.find(({ Sid }) => Sid === sid)?.Principal;
  return principal === undefined || principal === '*' ? undefined : principal['AWS']?.[0];
}

function valuesOf(statements: readonly Statement[], index: number): readonly string[] {
  const condition = statements.find(({ Sid }) => Sid === `OtherPcr${index}`)?.Condition;
  return condition?.['StringNotEqualsIgnoreCase']?.[`kms:RecipientAttestation:PCR${index}`] ?? [];
}
