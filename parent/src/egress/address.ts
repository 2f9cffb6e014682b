/**
 * The addresses that the proxy may connect to. Only globally reachable unicast is allowed. The enclave's requests must
 * never reach this machine, its network, or its cloud's metadata service. IANA Special-Purpose Address Registries (RFC
 * 6890), state of 2025.
 */
import net from 'node:net';

const REFUSED_IPV4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // shared (carrier NAT)
  ['127.0.0.0', 8], // loopback
  ['169.254.0.0', 16], // link local; cloud metadata
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // IETF protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // 6to4 relay, deprecated
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // benchmarking
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
];

// IPv6: only global unicast (2000::/3) is accepted, without its parts that lead elsewhere. That leaves out IPv4-mapped,
// NAT64, unique local (metadata fd00:ec2::254), link local, loopback and multicast.
const REFUSED_IPV6: readonly (readonly [string, number])[] = [
  ['2001::', 23], // IETF protocol assignments: Teredo, ORCHID, benchmarking
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4 carries an IPv4 address
  ['3fff::', 20], // documentation
];

const refused4 = blockList(REFUSED_IPV4, 'ipv4');
const refused6 = blockList(REFUSED_IPV6, 'ipv6');
const global6 = blockList([['2000::', 3]], 'ipv6');

/** Whether `address` is an IP literal of a globally reachable unicast address. False for anything else. */
export function isPublicAddress(address: string): boolean {
  if (net.isIPv4(address)) return !refused4.check(address, 'ipv4');
  // A zone (`fe80::1%eth0`) names an interface of this machine.
  if (!net.isIPv6(address) || address.includes('%')) return false;
  return global6.check(address, 'ipv6') && !refused6.check(address, 'ipv6');
}

function blockList(subnets: readonly (readonly [string, number])[], family: 'ipv4' | 'ipv6'): net.BlockList {
  const list = new net.BlockList();
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, family);
  return list;
}
