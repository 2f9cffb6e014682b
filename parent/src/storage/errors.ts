/** What may go wrong with the store, as closed codes. */
import { CodedError } from '@perf-aggregator/shared/errors';

/** Codes of {@link StoreError}. */
export const STORE_ERROR_CODES = ['store_unopened', 'store_failed', 'store_corrupt'] as const;
export type StoreErrorCode = (typeof STORE_ERROR_CODES)[number];

/** The store cannot do what was asked; nothing was changed. */
export class StoreError extends CodedError<StoreErrorCode> {}
