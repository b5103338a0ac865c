import dgram from 'node:dgram';
import { once } from 'node:events';
import snmp from 'net-snmp';
import type { EmulatedPrinter, EmulatedSupply } from './emulated-printer.ts';

export interface SnmpPrinterOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly community: string;
  /** SNMPv3 user beside the community. */
  readonly user?: snmp.User;
}

export interface SnmpPrinter {
  readonly port: number;
  close(): Promise<void>;
}

const { Integer, OctetString, Counter, OID } = snmp.ObjectType;
const READ_ONLY = snmp.MaxAccess['read-only'];
const HIDDEN = snmp.MaxAccess['not-accessible'];
const HR_DEVICE_PRINTER = '1.3.6.1.2.1.25.3.1.5';
/** Where HP, and many who follow it, keep the IEEE 1284 device id. */
const DEVICE_ID = '1.3.6.1.4.1.11.2.3.9.1.1.7';
const UNIT_IMPRESSIONS = 7;

/** PrtMarkerSuppliesTypeTC and -ClassTC (RFC 3805). */
const codes: Readonly<Record<EmulatedSupply['kind'], { type: number; supplyClass: number }>> = {
  toner: { type: 21, supplyClass: 3 },
  ink: { type: 6, supplyClass: 3 },
  drum: { type: 9, supplyClass: 3 },
  'waste-toner': { type: 4, supplyClass: 4 },
};

type Column = readonly [number: number, type: snmp.ObjectType];
type Row = readonly (string | number)[];

/** Every table with the rows it has now; the first `indexes` columns are its index and cannot be read. */
function tablesOf(
  printer: EmulatedPrinter,
): { oid: string; indexes: number; columns: readonly Column[]; rows: Row[] }[] {
  const { supplies } = printer;
  const colorants = supplies.flatMap(({ colorant }) => (colorant === null ? [] : [colorant]));
  const colorantIndex = ({ colorant }: EmulatedSupply): number =>
    colorant === null ? 0 : colorants.indexOf(colorant) + 1;
  return [
    {
      oid: '1.3.6.1.2.1.25.3.2.1',
      indexes: 0,
      columns: [
        [1, Integer],
        [2, OID],
        [3, OctetString],
      ],
      rows: [[1, HR_DEVICE_PRINTER, `${printer.manufacturer} ${printer.model}`]],
    },
    {
      oid: '1.3.6.1.2.1.43.5.1.1',
      indexes: 1,
      columns: [
        [0, Integer],
        [16, OctetString],
        [17, OctetString],
      ],
      rows: [[1, `${printer.manufacturer} ${printer.model}`, printer.serial]],
    },
    {
      oid: '1.3.6.1.2.1.43.10.2.1',
      indexes: 2,
      columns: [
        [0, Integer],
        [1, Integer],
        [3, Integer],
        [4, Counter],
      ],
      rows: [[1, 1, UNIT_IMPRESSIONS, printer.pages]],
    },
    {
      oid: '1.3.6.1.2.1.43.11.1.1',
      indexes: 2,
      columns: [
        [0, Integer],
        [1, Integer],
        [3, Integer],
        [4, Integer],
        [5, Integer],
        [6, OctetString],
        [7, Integer],
        [8, Integer],
        [9, Integer],
      ],
      rows: supplies.map((s, i) => {
        const { type, supplyClass } = codes[s.kind];
        const left = Math.round(s.level * s.capacity);
        return [1, i + 1, colorantIndex(s), supplyClass, type, s.name, UNIT_IMPRESSIONS, s.capacity, left];
      }),
    },
    {
      oid: '1.3.6.1.2.1.43.12.1.1',
      indexes: 2,
      columns: [
        [0, Integer],
        [1, Integer],
        [4, OctetString],
      ],
      rows: colorants.map((name, i) => [1, i + 1, name]),
    },
  ];
}

/** Writes what the printer is now: a row of an index that is there already is replaced. */
function fill(agent: Agent, printer: EmulatedPrinter): void {
  for (const { oid, rows } of tablesOf(printer))
    for (const row of rows) agent.getMib().addTableRow(oid, [...row]);
  for (const [oid, , value] of scalarsOf(printer)) agent.getMib().setScalarValue(oid, value);
}

const scalarsOf = (printer: EmulatedPrinter) =>
  [
    ['1.3.6.1.2.1.1.1', OctetString, `${printer.manufacturer} ${printer.model}`],
    ['1.3.6.1.2.1.1.2', OID, '1.3.6.1.4.1.99999.1'],
    ['1.3.6.1.2.1.1.5', OctetString, `printer-${printer.serial}`],
    [DEVICE_ID, OctetString, `MFG:${printer.manufacturer};MDL:${printer.model};SN:${printer.serial};`],
  ] as const;

function declare(agent: Agent, printer: EmulatedPrinter): void {
  for (const { oid, indexes, columns } of tablesOf(printer)) {
    agent.registerProvider({
      name: oid,
      type: snmp.MibProviderType.Table,
      oid,
      maxAccess: HIDDEN,
      tableColumns: columns.map(([number, type], i) => ({
        number,
        name: `column${i}`,
        type,
        maxAccess: i < indexes ? HIDDEN : READ_ONLY,
      })),
      tableIndex: columns.slice(0, Math.max(1, indexes)).map((_, i) => ({ columnName: `column${i}` })),
    });
  }
  for (const [oid, scalarType] of scalarsOf(printer)) {
    agent.registerProvider({
      name: oid,
      type: snmp.MibProviderType.Scalar,
      oid,
      scalarType,
      maxAccess: READ_ONLY,
    });
  }
}

/** What is used of the library's agent, which its types leave open. */
interface Agent {
  getMib(): {
    addTableRow(table: string, row: (string | number)[]): void;
    setScalarValue(scalar: string, value: string | number): void;
  };
  registerProvider(provider: object): void;
  getAuthorizer(): { addCommunity(community: string): void; addUser(user: snmp.User): void };
  close(done: () => void): void;
}

/** Answers for a printer as a real SNMP agent: v1 and v2c by community, v3 by user. Values are live. */
export async function startSnmpPrinter(
  printer: EmulatedPrinter,
  options: SnmpPrinterOptions,
): Promise<SnmpPrinter> {
  const socket = dgram.createSocket('udp4');
  const bind = socket.bind.bind(socket);
  // The library takes port 0 for its default.
  Object.assign(socket, { bind: (_port: number, address: string) => bind(options.port, address) });
  const listening = once(socket, 'listening');
  // Before the library hears a message: it answers with what the printer is now.
  socket.on('message', () => fill(agent, printer));
  const agent: Agent = snmp.createAgent(
    { port: 1, address: options.host, dgramModule: { createSocket: () => socket } },
    () => undefined,
  );
  agent.getAuthorizer().addCommunity(options.community);
  if (options.user !== undefined) agent.getAuthorizer().addUser(options.user);
  declare(agent, printer);
  await listening;
  fill(agent, printer);
  return {
    port: socket.address().port,
    close: () => new Promise((done) => agent.close(done)),
  };
}
