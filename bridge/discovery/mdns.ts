import { isIPv4 } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { Bonjour, type Service } from 'bonjour-service';

/** A printer that announced itself (RFC 6763; PWG 5100.14 for the TXT keys). */
export interface Announced {
  readonly address: string;
  readonly ippPort?: number;
  readonly ippPath?: string;
  readonly ippSecure?: boolean;
}

const TYPES = ['ipps', 'ipp', 'printer'] as const;
/** Anybody on the network can announce; more than this is no office. */
const MAX_SERVICES = 1024;

/** Listens for `seconds` for `_ipp._tcp`, `_ipps._tcp` and `_printer._tcp` on this network. */
export async function announcedPrinters(
  seconds: number,
  onError: (error: Error) => void,
): Promise<Announced[]> {
  const found = new Map<string, Announced>();
  const bonjour = new Bonjour({}, onError);
  const local = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  try {
    for (const type of TYPES) {
      const browser = bonjour.find({ type }, (service) => {
        if (found.size >= MAX_SERVICES) return browser.stop();
        const announced = announcedBy(service, type, local);
        // The first type that names an address wins: IPP over TLS, plain IPP, then LPD, which only says where.
        if (announced !== null && !found.has(announced.address)) found.set(announced.address, announced);
      });
    }
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  } finally {
    await new Promise<void>((resolve) => bonjour.destroy(() => resolve()));
  }
  return [...found.values()];
}

/** What is announced for an address that is not on this network is somebody else's, or a trap. */
export function announcedBy(
  service: Pick<Service, 'addresses' | 'referer' | 'port' | 'txt'>,
  type: (typeof TYPES)[number],
  local: readonly NetworkInterfaceInfo[],
): Announced | null {
  const addresses = [
    ...(service.addresses ?? []),
    ...(service.referer === undefined ? [] : [service.referer.address]),
  ];
  const address = addresses.find((candidate) => isIPv4(candidate) && isOnNetwork(candidate, local));
  if (address === undefined) return null;
  if (type === 'printer') return { address };
  const ippPath = pathOf(service.txt);
  const port =
    Number.isInteger(service.port) && service.port > 0 && service.port < 65_536 ? service.port : undefined;
  return {
    address,
    ...(port === undefined ? {} : { ippPort: port }),
    ...(ippPath === undefined ? {} : { ippPath }),
    ...(type === 'ipps' ? { ippSecure: true } : {}),
  };
}

/** TXT key `rp`: the resource path without its first slash. */
function pathOf(txt: unknown): string | undefined {
  if (typeof txt !== 'object' || txt === null || !('rp' in txt) || typeof txt.rp !== 'string')
    return undefined;
  return /^[\x21-\x7e]{1,255}$/u.test(txt.rp) ? `/${txt.rp.replace(/^\/+/u, '')}` : undefined;
}

const octets = (address: string): number =>
  address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

function isOnNetwork(address: string, local: readonly NetworkInterfaceInfo[]): boolean {
  return local.some((own) => {
    if (own.family !== 'IPv4') return false;
    const mask = octets(own.netmask);
    return (octets(own.address) & mask) === (octets(address) & mask);
  });
}
