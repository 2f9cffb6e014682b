/** A deployment synthesised for tests, with small stand-ins for the files. It needs no account and no network. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll } from 'vitest';
import { buildImage, expectedPcrs } from '../../attestation/test/eif/eif-builder.ts';
import { readArtifacts } from '../src/artifacts.ts';
import { parseParameters } from '../src/parameters.ts';
import { DeploymentStack } from '../src/stack.ts';

/** Holds the stand-ins. Removed after the tests of a file. */
export const folder = mkdtempSync(join(tmpdir(), 'pa-deploy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

export const PCRS = expectedPcrs();
/** An older image that the key must also serve. */
export const PREDECESSOR = { pcr0: 'aa'.repeat(48), pcr1: 'bb'.repeat(48), pcr2: 'cc'.repeat(48) };
export const ROLE_ARN = 'arn:aws:iam::123456789012:role/perf-aggregator-parent';

/** Writes a file and returns its path. */
export function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Measurements in the format of `perf-aggregator measure --json`. */
export function measurements({ pcr0, pcr1, pcr2 }: typeof PREDECESSOR): string {
  return JSON.stringify({ pcrs: { 0: pcr0, 1: pcr1, 2: pcr2 } });
}

/** The required parameters of a deployment. */
export const CONTEXT: Readonly<Record<string, string>> = {
  account: '123456789012',
  region: 'eu-west-1',
  eif: write('enclave.eif', buildImage()),
  parent: write('parent.tar.gz', 'stands for the root file system of the parent'),
  measurements: write('measurements.json', measurements(PCRS)),
  certificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/00000000-0000-0000-0000-000000000000',
};

const outdir = join(folder, 'cdk.out');

/** The file or folder that `cdk deploy` would upload to `place` (`bucket/key`), for a deployment of {@link CONTEXT}. */
export function stagedFor(place: string): string {
  const manifest = JSON.parse(readFileSync(join(outdir, 'perf-aggregator.assets.json'), 'utf8')) as Manifest;
  const staged = Object.values(manifest.files).find(({ destinations }) =>
    Object.values(destinations).some(({ bucketName, objectKey }) => `${bucketName}/${objectKey}` === place),
  );
  if (!staged) throw new Error(`nothing is put at ${place}`);
  return join(outdir, staged.source.path);
}

interface Manifest {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly source: { readonly path: string };
        readonly destinations: Readonly<
          Record<string, { readonly bucketName: string; readonly objectKey: string }>
        >;
      }
    >
  >;
}

/** The template of a deployment. */
export function synthesise(context: Readonly<Record<string, string>> = {}): Template {
  const parameters = parseParameters({ ...CONTEXT, ...context });
  // deploy/test/system checks the template against the rules of AWS.
  const app = new App({ outdir, builtinCloudFormationValidation: false });
  return Template.fromStack(new DeploymentStack(app, parameters, readArtifacts(parameters)));
}
