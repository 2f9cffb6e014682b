/**
 * `--check-config`: shows the configuration that the parent would start with, and every fault of it. It opens nothing
 * and contacts nobody.
 */
import { type Environment, faultsOf } from './config.ts';
import { describeVariables, type Variable } from './variables.ts';

/** The result of the check of an environment. */
export interface ConfigCheck {
  readonly isSound: boolean;
  /** One line for each variable (name, source, value), then one for each fault. */
  readonly text: string;
}

/** Reads `environment` as the parent would at its start. Values that could be secrets are not in the text. */
export function checkConfig(environment: Environment): ConfigCheck {
  const faults = faultsOf(environment);
  const variables = describeVariables();
  const width = Math.max(...variables.map(({ name }) => name.length));
  const lines = variables.map((variable) => {
    const [source, value] = sourceOf(variable, environment);
    return `${variable.name.padEnd(width)}  ${source.padEnd(11)}  ${value}`.trimEnd();
  });
  const isTagged = environment['CONFIG_FROM_TAGS'] === 'true';
  const notes = isTagged
    ? ['CONFIG_FROM_TAGS: the tags of the instance are not asked for by this check']
    : [];
  const verdict = faults.length === 0 ? ['the configuration can be used'] : [`faults: ${faults.length}`];
  const told = faults.map((fault) => `  ${fault}`);
  return { isSound: faults.length === 0, text: [...lines, '', ...notes, ...verdict, ...told].join('\n') };
}

function sourceOf(variable: Variable, environment: Environment): readonly [source: string, value: string] {
  const { name, preset, absent = 'required', isSecret } = variable;
  const value = environment[name];
  if (value) return ['environment', isSecret ? '(not shown)' : value];
  return preset === null ? ['absent', `(${absent.replaceAll('`', '')})`] : ['default', preset];
}
