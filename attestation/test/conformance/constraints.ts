/** Rule 11: the permitted use of certificates. */
import { type DocumentSpec, defaultExtensions, EXTENSION } from '../nitro-builder.ts';
import type { Case } from './case.ts';
import { extension } from './certificate-der.ts';
import { casesOfRule, certificates, type Row } from './made.ts';

const { authority, certificateSign, digitalSignature, notAuthority, unknown, unknownCritical } = EXTENSION;
const CONSTRAINTS: readonly (readonly [
  name: string,
  expect: string,
  index: number,
  extensions: readonly string[],
])[] = [
  ['an intermediate that is no authority', 'refused', 2, [notAuthority, certificateSign]],
  ['an intermediate without basic constraints', 'refused', 2, [certificateSign]],
  [
    'basic constraints that are not critical',
    'refused',
    2,
    [EXTENSION.authorityNotCritical, certificateSign],
  ],
  ['a path longer than an intermediate allows', 'refused', 1, [authority(1), certificateSign]],
  ['a path longer than the root allows', 'refused', 0, [authority(2), certificateSign]],
  ['a path as long as the root allows', 'verified', 0, [authority(3), certificateSign]],
  [
    'a path length beyond any chain',
    'verified',
    1,
    ['30130603551d130101ff040930070101ff02020100', certificateSign],
  ],
  ['no path length', 'verified', 1, [authority(), certificateSign]],
  ['an intermediate that may not sign certificates', 'refused', 3, [authority(0), digitalSignature]],
  ['an intermediate without key usage', 'refused', 3, [authority(0)]],
  ['a root that may not sign certificates', 'refused', 0, [authority(), digitalSignature]],
  [
    'key usage of an authority that is not critical',
    'verified',
    2,
    [authority(1), EXTENSION.certificateSignNotCritical, unknown],
  ],
  ['an unknown critical extension of an authority', 'refused', 2, [...defaultExtensions(2), unknownCritical]],
  ['an unknown critical extension of the root', 'refused', 0, [...defaultExtensions(0), unknownCritical]],
  ['an unknown critical extension of the leaf', 'refused', 4, [...defaultExtensions(4), unknownCritical]],
  [
    'an extended key usage that is critical',
    'refused',
    4,
    [...defaultExtensions(4), extension('551d25', '300a06082b06010505070302', true)],
  ],
  ['a leaf that is an authority', 'refused', 4, [authority(0), digitalSignature]],
  ['a leaf that is an authority and may sign', 'refused', 4, [authority(0), extension('551d0f', '03020284')]],
  ['a leaf that may not sign', 'refused', 4, [notAuthority, certificateSign]],
  ['a leaf without key usage', 'refused', 4, [notAuthority]],
  ['a leaf without basic constraints', 'verified', 4, [digitalSignature]],
  // AWS's attestation process, 3.2.3.3.
  ['a leaf with a path length', 'refused', 4, [extension('551d13', '3003020100', true), digitalSignature]],
  [
    'a leaf with a path length that is not critical',
    'refused',
    4,
    [extension('551d13', '3003020103'), digitalSignature],
  ],
  [
    'a leaf with a path length beyond any chain',
    'refused',
    4,
    [extension('551d13', '300402020100', true), digitalSignature],
  ],
  [
    'a leaf that may sign certificates, too',
    'refused',
    4,
    [notAuthority, extension('551d0f', '03020284', true)],
  ],
];

const VIOLATED = 'certificate_constraint_violated';
const RULE_11: readonly Row[] = [
  ...CONSTRAINTS.map(
    ([name, expect, index, extensions]): Row => [
      name,
      expect === 'verified' ? expect : VIOLATED,
      certificates(index, { extensions: [...extensions] }),
    ],
  ),
  ['a leaf without extensions', VIOLATED, certificates(4, { withoutExtensions: true })],
  ['an authority without extensions', VIOLATED, certificates(2, { withoutExtensions: true })],
  // The leaf of another enclave, used as an authority.
  ['a leaf that issued another', VIOLATED, leafAsAuthority()],
];

function leafAsAuthority(): DocumentSpec {
  const extensions = defaultExtensions(4);
  return { length: 6, certificates: [{}, {}, {}, {}, { extensions }, { extensions }] };
}

export const CONSTRAINED: readonly Case[] = casesOfRule(11, 'VerificationError', RULE_11);
