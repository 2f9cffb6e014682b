/** Errors of the deployment, raised before anything is sent to AWS. */
import { CodedError } from '@perf-aggregator/shared/errors';

/** A parameter is missing, malformed or unknown, or the files do not fit together. The message lists every fault. */
export class ParametersError extends CodedError<'parameters_invalid'> {}
