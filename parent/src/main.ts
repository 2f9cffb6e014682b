/** Production's parent: the environment, the system's clock and name service, LMDB. */
import { systemClock } from '@perf-aggregator/shared/clock';
import { CodedError } from '@perf-aggregator/shared/errors';
import { parseConfig } from './config.ts';
import { InstanceMetadata } from './credentials/instance-metadata.ts';
import { credentialSource } from './credentials/source.ts';
import { systemResolver } from './egress/resolver.ts';
import { createLog, logEvents } from './log.ts';
import { serveParent } from './serve.ts';
import { openLmdbStore } from './storage/lmdb.ts';

async function main(): Promise<void> {
  const metadata = new InstanceMetadata({
    endpoint: process.env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] || 'http://169.254.169.254',
    clock: systemClock,
  });
  const isTagged = process.env['CONFIG_FROM_TAGS'] === 'true';
  const tags = isTagged ? await metadata.tags('perf-aggregator:') : {};
  const config = parseConfig({ ...tags, ...process.env });
  const parent = await serveParent(config, {
    store: openLmdbStore(config.storePath),
    resolver: systemResolver,
    credentials: credentialSource(process.env, metadata),
    clock: systemClock,
    emit: logEvents(createLog(config.logLevel)),
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void parent.close().then(() => process.exit(0)));
  }
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof CodedError ? `${error.code}: ${error.message}` : String(error)}\n`,
  );
  process.exit(1);
});
