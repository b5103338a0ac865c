import { printerOids, readScalars, walkedEntries } from '../../contracts/printer/printer-mib.ts';
import { joinContexts, type Varbinds, type VarbindValue } from '../../contracts/printer/snmprec.ts';
import type { BridgeConfig } from '../config.ts';
import { openSession, type SnmpAccess, type SnmpEndpoint, type SnmpSession } from './session.ts';
import { type WalkBudget, type WalkEnd, walkBudget, walkSubtree } from './walk.ts';

interface SnmpReading {
  readonly varbinds: Varbinds;
  readonly access: SnmpAccess;
  /** It answered an object of the Printer-MIB. */
  readonly isPrinter: boolean;
  readonly problems: readonly { code: string; detail: string }[];
}

export type SnmpResult =
  | { ok: true; reading: SnmpReading }
  | { ok: false; code: 'silent' | 'refused' | 'garbled'; detail: string };

const SYS_OBJECT_ID = '1.3.6.1.2.1.1.2.0';
const PRINTER_MIB = '1.3.6.1.2.1.43';
/** A printer of six colours takes about 40 requests; at 50 ms each this is 15 times that. */
const READ_DEADLINE_MS = 30_000;

/** Every way the configuration allows, in its order: versions, then communities or users. */
function accessesOf(config: BridgeConfig['snmp']): SnmpAccess[] {
  return config.versions.flatMap((version): SnmpAccess[] =>
    version === '3'
      ? config.users.map((user) => ({ version, user }))
      : config.communities.map((community) => ({ version, community })),
  );
}

export interface SnmpTarget {
  readonly address: string;
  readonly port: number;
  /** The access that worked last time is tried first. */
  readonly known?: SnmpAccess | undefined;
  /** False: nothing is read of devices that know no Printer-MIB (addresses out of a range). */
  readonly readOthers: boolean;
}

/** One look at one printer by SNMP. Never throws; bounded in time, requests and memory. */
export async function readPrinter(target: SnmpTarget, config: BridgeConfig['snmp']): Promise<SnmpResult> {
  const endpoint: SnmpEndpoint = {
    address: target.address,
    port: target.port,
    context: '',
    timeoutMs: config.timeoutMs,
    retries: config.retries,
  };
  let worst: Exclude<SnmpResult, { ok: true }> = { ok: false, code: 'silent', detail: 'no answer by SNMP' };
  const all = accessesOf(config);
  for (const access of target.known === undefined ? all : [target.known, ...all]) {
    const session = openSession(endpoint, access);
    try {
      const hello = await session.get([SYS_OBJECT_ID]);
      if (hello.ok || (hello.code === 'refused' && /NoSuchName/iu.test(hello.detail))) {
        return { ok: true, reading: await readAll(session, endpoint, access, target.readOthers, config) };
      }
      if (hello.code !== 'silent') worst = { ok: false, code: hello.code, detail: hello.detail };
    } finally {
      session.close();
    }
  }
  return worst;
}

async function readAll(
  session: SnmpSession,
  endpoint: SnmpEndpoint,
  access: SnmpAccess,
  readOthers: boolean,
  config: BridgeConfig['snmp'],
): Promise<SnmpReading> {
  const budget = walkBudget(performance.now() + READ_DEADLINE_MS);
  const first = await session.following(PRINTER_MIB, 1);
  const isPrinter = first.ok && (first.pairs[0]?.oid.startsWith(`${PRINTER_MIB}.`) ?? false);
  if (!isPrinter && !readOthers && config.contexts.length === 0)
    return { varbinds: new Map(), access, isPrinter, problems: [] };
  const ends = new Map<string, WalkEnd>();
  const main = await readContext(session, access, budget, ends);
  const contexts: Varbinds[] = [main];
  for (const context of config.contexts) {
    const other = openSession({ ...endpoint, context }, access);
    try {
      contexts.push(await readContext(other, access, budget, ends));
    } finally {
      other.close();
    }
  }
  const problems = [...ends].map(([root, code]) => ({ code: `snmp-${code}`, detail: `reading ${root}` }));
  return { varbinds: joinContexts(contexts), access, isPrinter, problems };
}

/** Supplies first: if the budget runs out, it runs out on what matters least. */
async function readContext(
  session: SnmpSession,
  access: SnmpAccess,
  budget: WalkBudget,
  ends: Map<string, WalkEnd>,
): Promise<Varbinds> {
  const found = new Map<string, VarbindValue>();
  await readObjects(session, access, found);
  for (const root of [
    printerOids.supplies,
    ...walkedEntries.filter((entry) => entry !== printerOids.supplies),
  ]) {
    const end = await walkSubtree(session, root, found, budget);
    if (end !== 'complete') ends.set(root, end);
    // An agent that went away would cost a time-out for each table that is left.
    if (end === 'silent' || end === 'out-of-time') break;
  }
  return found;
}

/** Version 1 refuses a whole request for one object that is missing, so it is asked one by one. */
async function readObjects(
  session: SnmpSession,
  access: SnmpAccess,
  found: Map<string, VarbindValue>,
): Promise<void> {
  const keep = (pairs: readonly { oid: string; value: VarbindValue | undefined }[]): void => {
    for (const { oid, value } of pairs)
      if (value !== undefined && readScalars.includes(oid)) found.set(oid, value);
  };
  if (access.version !== '1') {
    const answer = await session.get(readScalars);
    if (answer.ok) return keep(answer.pairs);
    if (answer.code === 'silent') return;
  }
  for (const oid of readScalars) {
    const answer = await session.get([oid]);
    if (answer.ok) keep(answer.pairs);
    else if (answer.code === 'silent') return;
  }
}
