/**
 * The network: a load balancer in two zones, the instance in one zone, and one fixed address towards the venues.
 * Traders can name this address in the allow-lists of their API keys.
 *
 * KMS has no private endpoint here. The enclave reaches KMS through the parent's egress proxy, which refuses private
 * addresses. With a private endpoint, the name of KMS would lead to a private address. TLS to KMS ends inside the
 * enclave in any case.
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

/** The places of the parts, and who may connect to whom. */
export interface Network {
  readonly vpc: IVpc;
  /** The instance's subnet. Its volume is in the same zone. */
  readonly subnet: ISubnet;
  /** The address that venues see. */
  readonly egressAddress: string;
  readonly balancer: SecurityGroup;
  readonly instance: SecurityGroup;
}

/** Makes the network. */
export function createNetwork(scope: Construct, { clients }: Parameters): Network {
  const address = new CfnEIP(scope, 'Address', { domain: 'vpc' });
  // The cast is needed because CDK's declarations are not made for exactOptionalPropertyTypes.
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

/** Endpoints for what must work when the way out is broken: logs, and the operator's access. */
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
