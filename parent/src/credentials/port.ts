/** The port to the credentials of the parent's role. The parent sends them to every enclave. */
import type { RoleCredentials } from '@perf-aggregator/shared/wire/boot';

/** The source of the role's credentials. */
export type CredentialSource = () => Promise<RoleCredentials>;
