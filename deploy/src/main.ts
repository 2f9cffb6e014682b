/** The CDK app: run `npx cdk deploy` in this folder. The CDK context holds the deployment's parameters. */
import { App } from 'aws-cdk-lib';
import { readArtifacts } from './artifacts.ts';
import { ParametersError } from './errors.ts';
import { parseParameters } from './parameters.ts';
import { DeploymentStack } from './stack.ts';

const app = new App();
try {
  const parameters = parseParameters(app.node.getAllContext() as Record<string, unknown>);
  new DeploymentStack(app, parameters, readArtifacts(parameters));
  app.synth();
} catch (error) {
  if (!(error instanceof ParametersError)) throw error;
  process.stderr.write(`${error.code}: ${error.message}\n`);
  process.exitCode = 1;
}
