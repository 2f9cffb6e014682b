/** Functions that read a synthesised template. */
import type { Template } from 'aws-cdk-lib/assertions';

/** A resource in a template. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** Every resource of a type. */
export function resourcesOf(type: string, from: Template): readonly Resource[] {
  return Object.values(from.findResources(type)) as unknown as readonly Resource[];
}

/** The data of the launch template. */
interface LaunchTemplateData {
  readonly TagSpecifications: readonly { readonly Tags: readonly { Key: string; Value: unknown }[] }[];
  readonly UserData: {
    readonly 'Fn::Base64': { readonly 'Fn::Join': readonly [string, readonly unknown[]] };
  };
}

function launchDataOf(from: Template): LaunchTemplateData {
  const [template] = resourcesOf('AWS::EC2::LaunchTemplate', from);
  return template!.Properties['LaunchTemplateData'] as LaunchTemplateData;
}

/** The instance's tags. */
export function tagsOf(from: Template): Readonly<Record<string, unknown>> {
  const tags = launchDataOf(from).TagSpecifications[0]!.Tags;
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}

/** The variables of the instance's first script (`NAME=VALUE` lines). Values that AWS fills in are JSON. */
export function toldBy(from: Template): Readonly<Record<string, string>> {
  const [, parts] = launchDataOf(from).UserData['Fn::Base64']['Fn::Join'];
  const script = parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join('');
  const [, lines] = /DEPLOYMENT='([^']*)'/.exec(script)!;
  return Object.fromEntries(lines!.split('\n').map((line) => line.split(/=(.*)/s, 2) as [string, string]));
}
