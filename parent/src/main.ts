/** The parent in production: the environment, the system's clock and name service, LMDB. */
import { systemClock } from '@perf-aggregator/shared/clock';
import { CodedError } from '@perf-aggregator/shared/errors';
import { checkConfig } from './check-config.ts';
import { ConfigError, parseConfig, parseSources } from './config.ts';
import { InstanceMetadata } from './credentials/instance-metadata.ts';
import { credentialSource } from './credentials/source.ts';
import { systemResolver } from './egress/resolver.ts';
import { createLog, logEvents } from './log.ts';
import { serveParent } from './serve.ts';
import { openLmdbStore } from './storage/lmdb.ts';

async function main(): Promise<void> {
  const { metadataEndpoint, isTagged } = parseSources(process.env);
  const metadata = new InstanceMetadata({ endpoint: metadataEndpoint, clock: systemClock });
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

/** Starts the parent. With `--check-config` it only reports how it would start. */
async function run(options: readonly string[]): Promise<void> {
  if (options.length === 0) return main();
  if (options.length > 1 || options[0] !== '--check-config') {
    throw new ConfigError('config_invalid', 'the parent takes --check-config, and no other option');
  }
  const { isSound, text } = checkConfig(process.env);
  process.stdout.write(`${text}\n`);
  process.exitCode = isSound ? 0 : 1;
}

run(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof CodedError ? `${error.code}: ${error.message}` : String(error)}\n`,
  );
  process.exit(1);
});
