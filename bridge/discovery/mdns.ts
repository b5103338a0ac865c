import { isIPv4 } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { Bonjour, type Service } from 'bonjour-service';

/** A printer that announced itself (RFC 6763; PWG 5100.14 for the TXT keys). */
export interface Announced {
  readonly address: string;
  readonly ippPort?: number;
  readonly ippPath?: string;
}

/** In order of what they tell: at the port of `_ipp` TLS is tried too; LPD only says where a printer is. */
const TYPES = ['ipp', 'ipps', 'printer'] as const;
type ServiceType = (typeof TYPES)[number];
/** Anybody on the network can announce; more than this is no office. */
const MAX_SERVICES = 1024;

/** Listens for `seconds` for `_ipp._tcp`, `_ipps._tcp` and `_printer._tcp` on this network. */
export async function announcedPrinters(
  seconds: number,
  onError: (error: Error) => void,
): Promise<Announced[]> {
  const found = new Map<ServiceType, Map<string, Announced>>(TYPES.map((type) => [type, new Map()]));
  const bonjour = new Bonjour({}, onError);
  const local = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  try {
    for (const type of TYPES) {
      const browser = bonjour.find({ type }, (service) => {
        const ofType = found.get(type);
        if (ofType === undefined || ofType.size >= MAX_SERVICES) return browser.stop();
        const announced = announcedBy(service, type, local);
        if (announced !== null && !ofType.has(announced.address)) ofType.set(announced.address, announced);
      });
    }
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  } finally {
    await new Promise<void>((resolve) => bonjour.destroy(() => resolve()));
  }
  const byAddress = new Map<string, Announced>();
  for (const announced of [...found.values()].flatMap((ofType) => [...ofType.values()])) {
    if (!byAddress.has(announced.address)) byAddress.set(announced.address, announced);
  }
  return [...byAddress.values()];
}

/** What is announced for an address that is not on this network is somebody else's, or a trap. */
export function announcedBy(
  service: Pick<Service, 'addresses' | 'referer' | 'port' | 'txt'>,
  type: ServiceType,
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
