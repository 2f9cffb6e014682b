/** Remembers certificates of chains that held, so that the next document of the same enclave or region is cheap. */
import type { Certificate } from './certificate.ts';

/** A certificate that was verified, and the one that it was verified against. */
interface Link {
  readonly certificate: Certificate;
  /** Undefined for a root. Compared by identity: the same bytes read twice are two issuers. */
  readonly issuer: Certificate | undefined;
}

/**
 * A bounded memory of verified links: certificate bytes → what was read of them, and the issuer under whose
 * key their signature held. Give one object to {@link verifyAttestation} again and again.
 *
 * It spares parsing and signatures of certificates, nothing else: the document's own signature, validity at
 * the instant, constraints and policy are judged every time. Only whole chains that held are remembered;
 * what has expired at the instant of a verification is forgotten and judged anew, and when it is full the
 * certificate that was not used for longest goes. The bytes are copies of its own. What it answers for one
 * root it does not answer for another.
 */
export class ChainCache {
  /** Most certificates kept, about 2 KB each. */
  readonly size: number;

  /**
   * @param options.size - most certificates kept; a chain has five. Default 256.
   * @throws RangeError when `size` is not a whole number above 0
   */
  constructor({ size = 256 }: { readonly size?: number } = {}) {
    if (!Number.isSafeInteger(size) || size < 1) throw new RangeError('size is not a whole number above 0');
    this.size = size;
    memories.set(this, new Map());
  }

  /** Certificates kept now. */
  get count(): number {
    return memoryOf(this).size;
  }

  /** Forgets everything. */
  clear(): void {
    memoryOf(this).clear();
  }
}

// Kept outside the class: whoever holds a cache cannot put anything into it.
const memories = new WeakMap<ChainCache, Map<string, Link>>();

function memoryOf(cache: ChainCache): Map<string, Link> {
  return memories.get(cache)!;
}

/**
 * The verified link that has exactly the bytes `der`, if the certificate is valid at `instant` (ms). What is
 * not is forgotten.
 */
export function recallLink(cache: ChainCache, der: Uint8Array, instant: number): Link | undefined {
  const memory = memoryOf(cache);
  const key = keyOf(der);
  const link = memory.get(key);
  if (link === undefined) return undefined;
  // Deleted and set again, it is the youngest.
  memory.delete(key);
  if (!isValid(link.certificate, instant)) return undefined;
  memory.set(key, link);
  return link;
}

/**
 * Remembers the links of a chain that was verified whole, root first. The certificates must own their bytes.
 * @param instant - of that verification, ms: what it finds expired makes room first
 */
export function rememberChain(cache: ChainCache, chain: readonly Certificate[], instant: number): void {
  const memory = memoryOf(cache);
  for (const [index, certificate] of chain.entries()) {
    const key = keyOf(certificate.raw);
    memory.delete(key);
    if (memory.size >= cache.size) makeRoom(memory, instant);
    memory.set(key, { certificate, issuer: chain[index - 1] });
  }
}

function makeRoom(memory: Map<string, Link>, instant: number): void {
  const before = memory.size;
  for (const [key, { certificate }] of memory) if (!isValid(certificate, instant)) memory.delete(key);
  if (memory.size < before) return;
  const [oldest] = memory.keys();
  if (oldest !== undefined) memory.delete(oldest);
}

function isValid(certificate: Certificate, instant: number): boolean {
  return instant >= certificate.notBefore && instant <= certificate.notAfter;
}

/** The bytes themselves, one character each: nothing that could collide. */
function keyOf(bytes: Uint8Array): string {
  // As an array-like; spreading would walk an iterator.
  return String.fromCharCode.apply(null, bytes as unknown as number[]);
}
