/** Remembers certificates of valid chains, so that the next document of the same enclave or region is cheap. */
import type { Certificate } from './certificate.ts';

/** A verified certificate, and the issuer that it was verified with. */
interface Link {
  readonly certificate: Certificate;
  /** Undefined for a root. Compared by identity: the same bytes parsed twice are two issuers. */
  readonly issuer: Certificate | undefined;
}

/**
 * A bounded memory of verified links: from certificate bytes to the parsed certificate and the issuer whose key
 * verified its signature. Pass the same object to {@link verifyAttestation} each time.
 *
 * It saves the parsing and the signatures of certificates, and nothing else. The document's own signature, validity at
 * the instant, constraints and policy are judged every time. Only whole valid chains are remembered. A certificate that
 * has expired at the instant of a verification is forgotten and judged again. When the memory is full, the least
 * recently used certificate is dropped. The memory holds its own copies of the bytes. An answer for one root never
 * counts for another.
 */
export class ChainCache {
  /** The largest number of certificates, about 2 KB each. */
  readonly size: number;

  /**
   * @param options.size - the largest number of certificates; a chain has five. Default 256.
   * @throws RangeError when `size` is not a whole number above 0
   */
  constructor({ size = 256 }: { readonly size?: number } = {}) {
    if (!Number.isSafeInteger(size) || size < 1) throw new RangeError('size is not a whole number above 0');
    this.size = size;
    memories.set(this, new Map());
  }

  /** The number of certificates now. */
  get count(): number {
    return memoryOf(this).size;
  }

  /** Forgets everything. */
  clear(): void {
    memoryOf(this).clear();
  }
}

// Kept outside the class, so that a caller with a cache cannot add anything to it.
const memories = new WeakMap<ChainCache, Map<string, Link>>();

function memoryOf(cache: ChainCache): Map<string, Link> {
  return memories.get(cache)!;
}

/**
 * The verified link with exactly the bytes `der`, if the certificate is valid at `instant` (ms). If it is not valid, it
 * is forgotten.
 */
export function recallLink(cache: ChainCache, der: Uint8Array, instant: number): Link | undefined {
  const memory = memoryOf(cache);
  const key = keyOf(der);
  const link = memory.get(key);
  if (link === undefined) return undefined;
  // Deleting and setting it again makes it the youngest.
  memory.delete(key);
  if (!isValid(link.certificate, instant)) return undefined;
  memory.set(key, link);
  return link;
}

/**
 * Remembers the links of a completely verified chain, root first. The certificates must own their bytes.
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

/** The bytes themselves, one character each, so that no two keys collide. */
function keyOf(bytes: Uint8Array): string {
  // Passed as an array-like, because spreading would run an iterator.
  return String.fromCharCode.apply(null, bytes as unknown as number[]);
}
