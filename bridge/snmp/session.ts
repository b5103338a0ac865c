import { isIPv6 } from 'node:net';
import snmp from 'net-snmp';
import type { VarbindValue } from '../../contracts/printer/snmprec.ts';
import type { BridgeConfig } from '../config.ts';
import { guardedSockets } from './guarded-socket.ts';

type SnmpUser = BridgeConfig['snmp']['users'][number];

/** One way of asking an agent. */
export type SnmpAccess =
  | { readonly version: '1' | '2c'; readonly community: string }
  | { readonly version: '3'; readonly user: SnmpUser };

export interface SnmpEndpoint {
  /** An IP address: names are resolved before, so that answers can be checked against it. */
  readonly address: string;
  readonly port: number;
  readonly context: string;
  readonly timeoutMs: number;
  readonly retries: number;
}

interface Pair {
  readonly oid: string;
  /** undefined: the agent says that there is nothing, or the end of its tree. */
  readonly value: VarbindValue | undefined;
}

type SnmpAnswer =
  | { ok: true; pairs: Pair[] }
  /** `silent`: no answer in time. `refused`: an error status, a wrong user or key. `garbled`: no sense in it. */
  | { ok: false; code: 'silent' | 'refused' | 'garbled'; detail: string };

export interface SnmpSession {
  /** Values of single objects, in any order. */
  get(oids: readonly string[]): Promise<SnmpAnswer>;
  /** Some objects that follow `oid`: up to `count` by GetBulk, one by GetNext (always one in version 1). */
  following(oid: string, count: number): Promise<SnmpAnswer>;
  close(): void;
}

/** A little more than the library's own last time-out: it only fires when the library lost the request. */
const LOST_MARGIN_MS = 500;

export function openSession(endpoint: SnmpEndpoint, access: SnmpAccess): SnmpSession {
  const session = createSession(endpoint, access);
  // Garbled datagrams are reported here; what waits for an answer hears of the time-out.
  session.on('error', () => undefined);
  const lostAfterMs = endpoint.timeoutMs * (endpoint.retries + 1) + LOST_MARGIN_MS;
  let closed = false;

  const ask = (start: (done: (error: Error | null, found?: unknown) => void) => void): Promise<SnmpAnswer> =>
    new Promise((resolve) => {
      const timer = setTimeout(
        () => resolve({ ok: false, code: 'garbled', detail: 'unreadable answer' }),
        lostAfterMs,
      );
      const done = (error: Error | null, found?: unknown): void => {
        clearTimeout(timer);
        try {
          resolve(error === null ? { ok: true, pairs: pairsOf(found) } : failure(error));
        } catch {
          // Whatever the library made of a garbled answer: whoever waits must hear of it.
          resolve({ ok: false, code: 'garbled', detail: 'unreadable answer' });
        }
      };
      try {
        start(done);
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    });

  return {
    get: (oids) => ask((done) => session.get([...oids], done)),
    following: (oid, count) =>
      ask((done) =>
        access.version === '1' || count <= 1
          ? session.getNext([oid], done)
          : session.getBulk([oid], 0, count, done),
      ),
    close: () => {
      if (closed) return;
      closed = true;
      session.cancelRequests(new Error('closed'));
      session.close();
    },
  };
}

function createSession(endpoint: SnmpEndpoint, access: SnmpAccess): snmp.Session {
  const options = {
    port: endpoint.port,
    retries: endpoint.retries,
    timeout: endpoint.timeoutMs,
    backoff: 1,
    transport: isIPv6(endpoint.address) ? ('udp6' as const) : ('udp4' as const),
    idBitsSize: 32,
    // The walk checks the order itself, and so keeps what came before a loop.
    backwardsGetNexts: true,
    dgramModule: guardedSockets(endpoint.address, () => undefined),
  };
  if (access.version === '3') {
    return snmp.createV3Session(endpoint.address, libraryUser(access.user), {
      ...options,
      version: snmp.Version3,
      ...(endpoint.context === '' ? {} : { context: endpoint.context }),
    });
  }
  const community = endpoint.context === '' ? access.community : `${access.community}@${endpoint.context}`;
  const version = access.version === '1' ? snmp.Version1 : snmp.Version2c;
  return snmp.createSession(endpoint.address, community, { ...options, version });
}

/** Security level by what the user gives: a privacy key needs an authentication key (RFC 3414). */
function libraryUser(user: SnmpUser): snmp.User {
  const { name, auth, authKey, privacy, privacyKey } = user;
  if (auth === undefined || authKey === undefined) return { name, level: snmp.SecurityLevel.noAuthNoPriv };
  const authenticated = { name, authProtocol: snmp.AuthProtocols[auth], authKey };
  if (privacy === undefined || privacyKey === undefined) {
    return { ...authenticated, level: snmp.SecurityLevel.authNoPriv };
  }
  return {
    ...authenticated,
    level: snmp.SecurityLevel.authPriv,
    privProtocol: snmp.PrivProtocols[privacy],
    privKey: privacyKey,
  };
}

function failure(error: Error): SnmpAnswer {
  const silent = error.name === 'RequestTimedOutError' || ('code' in error && error.code === 'ECONNREFUSED');
  if (silent) return { ok: false, code: 'silent', detail: 'no answer' };
  const code = error.name === 'ResponseInvalidError' ? 'garbled' : 'refused';
  return { ok: false, code, detail: error.message.slice(0, 200) };
}

/** Get and GetNext answer with a list, GetBulk with a list of lists. */
function pairsOf(found: unknown): Pair[] {
  if (!Array.isArray(found)) return [];
  return (found as (snmp.Varbind | snmp.Varbind[])[]).flat().map((varbind) => ({
    oid: varbind.oid,
    value: plainValue(varbind),
  }));
}

function plainValue({ type, value }: snmp.Varbind): VarbindValue | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  if (type === snmp.ObjectType.Counter64 && value instanceof Uint8Array) {
    const counter = value.reduce((sum, octet) => sum * 256 + octet, 0);
    return Number.isSafeInteger(counter) ? counter : undefined;
  }
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  return typeof value === 'string' ? value : undefined;
}
