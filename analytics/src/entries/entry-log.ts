/**
 * The entries of a ledger, once each, packed. Repeated parts are a number, texts are bytes ({@link PackedText}), and an
 * index of hashes finds identities. A fill takes some fifty bytes instead of a thousand.
 *
 * A log grows only at its end. So of copies that contradict each other the first one counts, and the log notes that
 * there were others. A fork shares all present entries with its origin. The first of the two that grows continues in
 * place. The other one then makes a copy.
 */
import type { LedgerEntry } from './entry.ts';
import { type EntryTemplate, joinEntry, splitEntry, templateOf } from './entry-template.ts';
import { identityOf, isSameContent } from './identity.ts';
import type { EntrySource } from './order.ts';
import { PackedText } from './packed-text.ts';

/** Template number of entries that are kept whole, because no template fits them. */
const ODD = 0xffff_ffff;
const FIRST_CAPACITY = 256;
/** The index has at least this many slots for each entry. */
const SLOTS_PER_ENTRY = 1.5;

/** The data that logs of one origin share. */
class Store {
  length = 0;
  readonly templates: EntryTemplate[] = [];
  readonly templateIds = new Map<string, number>();
  readonly odd = new Map<number, LedgerEntry>();
  times = new Float64Array(FIRST_CAPACITY);
  template = new Uint32Array(FIRST_CAPACITY);
  offsets = new Uint32Array(FIRST_CAPACITY);
  /** Hashes of identities. */
  hashes = new Uint32Array(FIRST_CAPACITY);
  texts = new PackedText();
  /** Index of an entry plus one, by the hash of its identity. 0: free. */
  slots = new Uint32Array(2 * FIRST_CAPACITY);

  at(index: number): LedgerEntry {
    const template = this.template[index]!;
    if (template === ODD) return this.odd.get(index)!;
    const reader = this.texts.reader(this.offsets[index]!);
    return joinEntry(this.templates[template]!, this.times[index]!, () => reader.next());
  }

  kindAt(index: number): LedgerEntry['kind'] {
    const template = this.template[index]!;
    return (template === ODD ? this.odd.get(index)! : this.templates[template]!).kind;
  }

  /** @param identity - the entry's identity */
  push(entry: LedgerEntry, identity: string): void {
    if (this.length === this.times.length) this.#grow();
    const index = this.length++;
    this.times[index] = entry.time;
    this.offsets[index] = this.texts.length;
    this.hashes[index] = hash(identity);
    const parts = splitEntry(entry);
    if (parts === null) {
      this.template[index] = ODD;
      this.odd.set(index, entry);
    } else {
      this.template[index] = this.#templateOf(parts.key, entry);
      for (const text of parts.texts) this.texts.push(text);
    }
    if (this.length * SLOTS_PER_ENTRY > this.slots.length) this.#rehash();
    else this.#insert(index);
  }

  /** Index of the entry of an identity. −1: there is none. */
  find(identity: string): number {
    const { slots } = this;
    const wanted = hash(identity);
    for (let slot = wanted % slots.length; ; slot = slot + 1 === slots.length ? 0 : slot + 1) {
      const index = slots[slot]! - 1;
      if (index < 0) return index;
      if (this.hashes[index] === wanted && identityOf(this.at(index)) === identity) return index;
    }
  }

  /** The first `length` entries, in their own store. */
  copy(length: number): Store {
    const store = new Store();
    store.templates.push(...this.templates);
    for (const [key, id] of this.templateIds) store.templateIds.set(key, id);
    for (const [index, entry] of this.odd) if (index < length) store.odd.set(index, entry);
    store.length = length;
    store.times = this.times.slice(0, Math.max(length, FIRST_CAPACITY));
    store.template = this.template.slice(0, store.times.length);
    store.offsets = this.offsets.slice(0, store.times.length);
    store.hashes = this.hashes.slice(0, store.times.length);
    store.texts = this.texts.copy(length < this.length ? this.offsets[length]! : this.texts.length);
    store.#rehash();
    return store;
  }

  #templateOf(key: string, entry: LedgerEntry): number {
    const known = this.templateIds.get(key);
    if (known !== undefined) return known;
    const id = this.templates.push(templateOf(entry)) - 1;
    this.templateIds.set(key, id);
    return id;
  }

  #grow(): void {
    const capacity = Math.ceil(this.times.length * 1.5);
    const { times, template, offsets, hashes } = this;
    this.times = new Float64Array(capacity);
    this.times.set(times);
    this.template = new Uint32Array(capacity);
    this.template.set(template);
    this.offsets = new Uint32Array(capacity);
    this.offsets.set(offsets);
    this.hashes = new Uint32Array(capacity);
    this.hashes.set(hashes);
  }

  #rehash(): void {
    this.slots = new Uint32Array(Math.ceil(Math.max(this.length, FIRST_CAPACITY) * SLOTS_PER_ENTRY * 1.5));
    for (let index = 0; index < this.length; index++) this.#insert(index);
  }

  #insert(index: number): void {
    const { slots } = this;
    let slot = this.hashes[index]! % slots.length;
    while (slots[slot] !== 0) slot = slot + 1 === slots.length ? 0 : slot + 1;
    slots[slot] = index + 1;
  }
}

export class EntryLog implements EntrySource, Iterable<LedgerEntry> {
  #store: Store;
  #length: number;
  #conflicts = new Set<number>();
  /** Whether no fork shares the set. */
  #ownsConflicts = true;

  constructor() {
    this.#store = new Store();
    this.#length = 0;
  }

  get length(): number {
    return this.#length;
  }

  /** Indices of the entries that also came with other contents. */
  get conflicts(): ReadonlySet<number> {
    return this.#conflicts;
  }

  /** The entry at an index, rebuilt. */
  at(index: number): LedgerEntry {
    return this.#store.at(index);
  }

  kindAt(index: number): LedgerEntry['kind'] {
    return this.#store.kindAt(index);
  }

  timeAt(index: number): number {
    return this.#store.times[index]!;
  }

  /** Whether an entry of this identity is in the log. */
  has(identity: string): boolean {
    return this.#find(identity) >= 0;
  }

  /** Whether the log has an entry of this identity: none, the same, or one with another content. */
  standingOf(entry: LedgerEntry): 'none' | 'same' | 'other' {
    const index = this.#find(identityOf(entry));
    if (index < 0) return 'none';
    return isSameContent(this.at(index), entry) ? 'same' : 'other';
  }

  /**
   * Whether this entry would change the log: its identity is unknown, or it is the first to contradict the known entry.
   */
  isNews(entry: LedgerEntry): boolean {
    const index = this.#find(identityOf(entry));
    return index < 0 || this.#isConflict(index, entry);
  }

  /**
   * Adds an entry. An entry with a known identity is a copy and is left out, because the first one counts. A copy that
   * contradicts the first is noted ({@link EntryLog.conflicts}), once for each identity.
   * @returns whether it was news
   */
  push(entry: LedgerEntry): boolean {
    const identity = identityOf(entry);
    const known = this.#find(identity);
    if (known >= 0) {
      if (!this.#isConflict(known, entry)) return false;
      this.#noteConflict(known);
      return true;
    }
    // Another log of the same origin has grown. Its new entries do not belong to this log.
    if (this.#store.length > this.#length) this.#store = this.#store.copy(this.#length);
    this.#store.push(entry, identity);
    this.#length += 1;
    return true;
  }

  /** A log with the same entries and conflicts. Neither log gets what is added to the other. */
  fork(): EntryLog {
    const fork = new EntryLog();
    fork.#store = this.#store;
    fork.#length = this.#length;
    fork.#conflicts = this.#conflicts;
    fork.#ownsConflicts = false;
    this.#ownsConflicts = false;
    return fork;
  }

  /**
   * Whether the other log starts with the content of this one. Then an index of this log means the same entry in the
   * other.
   */
  isBeginningOf(other: EntryLog): boolean {
    return this.#store === other.#store && this.#length <= other.#length;
  }

  *[Symbol.iterator](): Iterator<LedgerEntry> {
    for (let index = 0; index < this.#length; index++) yield this.at(index);
  }

  /** Index of the entry of an identity. −1: there is none. */
  #find(identity: string): number {
    const index = this.#store.find(identity);
    return index < this.#length ? index : -1;
  }

  #isConflict(index: number, entry: LedgerEntry): boolean {
    return !this.#conflicts.has(index) && !isSameContent(this.at(index), entry);
  }

  #noteConflict(index: number): void {
    if (!this.#ownsConflicts) {
      this.#conflicts = new Set(this.#conflicts);
      this.#ownsConflicts = true;
    }
    this.#conflicts.add(index);
  }
}

/** FNV-1a over code units, 32 bits. */
function hash(text: string): number {
  let value = 0x811c_9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x0100_0193);
  return value >>> 0;
}
