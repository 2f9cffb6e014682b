/**
 * The load balancer. TLS ends here, the parent's own health decides, and each address has a limit. The traffic is
 * sealed independently of TLS. Access logs are off: they would hold whole URLs, which contain ids of sessions.
 */
import { Duration, type Stack } from 'aws-cdk-lib';
import { SubnetType } from 'aws-cdk-lib/aws-ec2';
import {
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ApplicationTargetGroup,
  DesyncMitigationMode,
  ListenerCertificate,
  SslPolicy,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { CfnRecordSet } from 'aws-cdk-lib/aws-route53';
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { type Network, PARENT_PORT } from './network.ts';
import type { Parameters } from './parameters.ts';

/** What clients reach, and where the load balancer sends them. */
export interface Balancer {
  readonly balancer: ApplicationLoadBalancer;
  readonly targets: ApplicationTargetGroup;
}

/** Makes the load balancer, its limits and its name. */
export function createBalancer(scope: Stack, parameters: Parameters, network: Network): Balancer {
  const { vpc } = network;
  const targets = new ApplicationTargetGroup(scope, 'Parents', {
    vpc,
    port: PARENT_PORT,
    protocol: ApplicationProtocol.HTTP,
    targetType: TargetType.INSTANCE,
    // Not ready: no store, no enclave, an enclave without keys or answers, or an ending parent. The instance is
    // replaced only after a minute, because an enclave that computes a large account is silent for up to 47 seconds.
    healthCheck: {
      path: '/ready',
      interval: Duration.seconds(10),
      timeout: Duration.seconds(5),
      healthyThresholdCount: 2,
      unhealthyThresholdCount: 6,
    },
    deregistrationDelay: Duration.seconds(30),
  });
  const balancer = new ApplicationLoadBalancer(scope, 'Balancer', {
    vpc,
    vpcSubnets: { subnetType: SubnetType.PUBLIC },
    internetFacing: true,
    securityGroup: network.balancer,
    dropInvalidHeaderFields: true,
    desyncMitigationMode: DesyncMitigationMode.STRICTEST,
    // Longer than the parent's longest answer.
    idleTimeout: Duration.seconds(120),
  });
  balancer.addListener('Https', {
    port: 443,
    protocol: ApplicationProtocol.HTTPS,
    certificates: [ListenerCertificate.fromArn(parameters.certificateArn)],
    sslPolicy: SslPolicy.TLS13_RES,
    open: false,
    defaultTargetGroups: [targets],
  });
  limitAddresses(scope, parameters, balancer);
  nameBalancer(scope, parameters, balancer);
  return { balancer, targets };
}

/** The parent sees only one client, the load balancer. Requests per address are therefore limited before the parent. */
function limitAddresses(
  scope: Stack,
  { name, rateLimit }: Parameters,
  balancer: ApplicationLoadBalancer,
): void {
  const visibilityOf = (metricName: string) => ({
    cloudWatchMetricsEnabled: true,
    sampledRequestsEnabled: false,
    metricName,
  });
  const firewall = new CfnWebACL(scope, 'Firewall', {
    scope: 'REGIONAL',
    defaultAction: { allow: {} },
    visibilityConfig: visibilityOf(`${name}-firewall`),
    rules: [
      {
        name: 'rate',
        priority: 0,
        statement: {
          rateBasedStatement: { aggregateKeyType: 'IP', limit: rateLimit, evaluationWindowSec: 300 },
        },
        action: { block: { customResponse: { responseCode: 429 } } },
        visibilityConfig: visibilityOf(`${name}-rate`),
      },
    ],
  });
  new CfnWebACLAssociation(scope, 'FirewallAssociation', {
    resourceArn: balancer.loadBalancerArn,
    webAclArn: firewall.attrArn,
  });
}

function nameBalancer(scope: Stack, { dns }: Parameters, balancer: ApplicationLoadBalancer): void {
  if (dns === null) return;
  new CfnRecordSet(scope, 'Name', {
    name: dns.domain,
    type: 'A',
    hostedZoneId: dns.hostedZoneId,
    aliasTarget: {
      dnsName: balancer.loadBalancerDnsName,
      hostedZoneId: balancer.loadBalancerCanonicalHostedZoneId,
    },
  });
}
