/**
 * The network: a load balancer in two zones, the instance in one, and one fixed address towards the venues, which
 * traders can name in the allow-lists of their API keys.
 *
 * There is no private endpoint of KMS. The enclave reaches KMS through the parent's egress proxy, which refuses
 * private addresses; with such an endpoint the name of KMS would lead to one. TLS to KMS ends inside the enclave anyway.
 */
import {
  CfnEIP,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  type ISubnet,
  type IVpc,
  NatProvider,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { Parameters } from './parameters.ts';

/** Port of the parent's HTTP edge. */
export const PARENT_PORT = 3000;

/** Where things stand, and who may speak to whom. */
export interface Network {
  readonly vpc: IVpc;
  /** The instance's subnet; its volume is in the same zone. */
  readonly subnet: ISubnet;
  /** Address that venues see. */
  readonly egressAddress: string;
  readonly balancer: SecurityGroup;
  readonly instance: SecurityGroup;
}

/** Makes the network. */
export function createNetwork(scope: Construct, { clients }: Parameters): Network {
  const address = new CfnEIP(scope, 'Address', { domain: 'vpc' });
  // A cast: CDK's own declarations are not made for exactOptionalPropertyTypes.
  const vpc = new Vpc(scope, 'Vpc', {
    maxAzs: 2,
    natGateways: 1,
    natGatewayProvider: NatProvider.gateway({ eipAllocationIds: [address.attrAllocationId] }),
    subnetConfiguration: [
      { name: 'balancer', subnetType: SubnetType.PUBLIC, cidrMask: 24 },
      { name: 'instance', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 24 },
    ],
  }) as IVpc;
  const subnet = vpc.privateSubnets[0]!;
  const balancer = new SecurityGroup(scope, 'BalancerGroup', {
    vpc,
    description: 'Load balancer: clients in, parent out',
    allowAllOutbound: false,
  });
  const instance = new SecurityGroup(scope, 'InstanceGroup', {
    vpc,
    description: 'Parent: load balancer in, HTTPS out',
    allowAllOutbound: false,
  });
  for (const network of clients) balancer.addIngressRule(Peer.ipv4(network), Port.tcp(443), 'clients');
  balancer.addEgressRule(instance, Port.tcp(PARENT_PORT), 'parent');
  instance.addIngressRule(balancer, Port.tcp(PARENT_PORT), 'load balancer');
  instance.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'venues, KMS, AWS');
  addEndpoints(vpc, subnet);
  return { vpc, subnet, egressAddress: address.ref, balancer, instance };
}

/** What must go on when the way out is broken: logs, and the operator's way in. */
function addEndpoints(vpc: IVpc, subnet: ISubnet): void {
  vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3 });
  const { CLOUDWATCH_LOGS, SSM, SSM_MESSAGES } = InterfaceVpcEndpointAwsService;
  for (const [id, service] of Object.entries({
    Logs: CLOUDWATCH_LOGS,
    Ssm: SSM,
    SsmMessages: SSM_MESSAGES,
  })) {
    vpc.addInterfaceEndpoint(id, { service, subnets: { subnets: [subnet] } });
  }
}
