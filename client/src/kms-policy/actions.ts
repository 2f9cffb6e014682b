/** Actions that a key policy must allow only to attested code or to nobody, and how patterns match them. */

/** Actions that would open the root or replace it, by the group that one Deny covers. */
export const USE_ACTIONS = {
  'kms:Decrypt': ['kms:Decrypt'],
  'kms:GenerateDataKey*': [
    'kms:GenerateDataKey',
    'kms:GenerateDataKeyWithoutPlaintext',
    'kms:GenerateDataKeyPair',
    'kms:GenerateDataKeyPairWithoutPlaintext',
  ],
  'kms:Encrypt': ['kms:Encrypt'],
  'kms:ReEncrypt*': ['kms:ReEncryptFrom', 'kms:ReEncryptTo'],
} as const;

/** Ways around a policy: code of the finding, action, and what the action makes possible. */
export const CONTROL_ACTIONS = [
  ['policy_change_allowed', 'kms:PutKeyPolicy', 'may replace this policy by one without conditions'],
  ['grants_allowed', 'kms:CreateGrant', 'may grant others the use of the key beside this policy'],
  ['replica_allowed', 'kms:ReplicateKey', 'may copy a multi-Region key under another policy'],
  ['import_allowed', 'kms:ImportKeyMaterial', 'may bring key material that they know'],
  [
    'deletion_allowed',
    'kms:ScheduleKeyDeletion',
    'may delete the key after 7 to 30 days: it discloses nothing, but the root and every sealed session are lost',
  ],
] as const;

/**
 * Whether `pattern` matches `action`: `*` matches any characters, `?` matches one. Case does not matter. The time is
 * linear in practice.
 */
export function matchesAction(pattern: string, action: string): boolean {
  const wanted = pattern.toLowerCase();
  const text = action.toLowerCase();
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let i = 0; i < text.length; ) {
    if (wanted[at] === '*') {
      star = at++;
      resume = i;
    } else if (wanted[at] === '?' || wanted[at] === text[i]) {
      at++;
      i++;
    } else if (star >= 0) {
      at = star + 1;
      i = ++resume;
    } else return false;
  }
  while (wanted[at] === '*') at++;
  return at === wanted.length;
}
