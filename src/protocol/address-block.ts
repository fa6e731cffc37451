/** The eight groups of an IPv6 address in full (RFC 4291 §2.2); an embedded IPv4 address counts as two. */
function ipv6Groups(address: string): readonly string[] {
  const [head = '', tail] = address.split('::');
  const groups = (part: string) => part.split(':').filter((group) => group !== '');
  const left = groups(head);
  const right = groups(tail ?? '');
  const width = [...left, ...right].reduce((sum, group) => sum + (group.includes('.') ? 2 : 1), 0);
  return tail === undefined ? left : [...left, ...Array<string>(Math.max(0, 8 - width)).fill('0'), ...right];
}

/**
 * What stands for one stranger: an IPv4 address, or the /64 that an IPv6 subscriber is given as a whole (RFC 6177 §2).
 * An IPv4 address written as IPv6 is the IPv4 address (RFC 4291 §2.5.5.2).
 */
export function addressBlock(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1]) return mapped[1];
  if (!address.includes(':')) return address;
  const prefix = ipv6Groups(address.replace(/%.*$/, '')).slice(0, 4);
  return `${prefix.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}

const bytesOfGroup = (group: string): readonly number[] => {
  const value = Number.parseInt(group, 16);
  return group.includes('.') ? group.split('.').map(Number) : [value >> 8, value & 0xff];
};

/** An address in network byte order, as certificates have it (RFC 5280 §4.2.1.6): 4 bytes or 16. */
export const addressBytes = (address: string): readonly number[] =>
  (address.includes(':') ? ipv6Groups(address.replace(/%.*$/, '')) : [address]).flatMap(bytesOfGroup);
