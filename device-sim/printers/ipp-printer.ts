import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type IppMessage, parseIpp } from '../../contracts/printer/ipp.ts';
import {
  encodeIpp,
  type IppAttributeList,
  ippCharset,
  ippInteger,
  ippKeyword,
  ippLanguage,
  ippName,
  ippOctets,
  ippText,
  ippUri,
} from '../../contracts/printer/ipp-encode.ts';
import type { EmulatedPrinter, EmulatedSupply } from './emulated-printer.ts';

export interface IppPrinterOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** PEM; plain HTTP without. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

export interface IppPrinter {
  readonly port: number;
  close(): Promise<void>;
}

const PATH = '/ipp/print';
const GET_PRINTER_ATTRIBUTES = 0x000b;
const OK = 0x0000;
/** RFC 8011 §B.1.5.2. */
const OPERATION_NOT_SUPPORTED = 0x0501;
const MAX_REQUEST_BYTES = 65_536;

const markerTypes: Readonly<Record<EmulatedSupply['kind'], string>> = {
  toner: 'toner-cartridge',
  ink: 'ink-cartridge',
  drum: 'opc',
  'waste-toner': 'waste-toner',
};
const colours: Readonly<Record<string, string>> = {
  black: '#000000',
  cyan: '#00FFFF',
  magenta: '#FF00FF',
  yellow: '#FFFF00',
};

/** PWG 5100.9 printer-supply: key=value pairs, level and capacity as in RFC 3805. */
function supplyText(s: EmulatedSupply, index: number): string {
  const waste = s.kind === 'waste-toner';
  return [
    `index=${index + 1}`,
    `class=${waste ? 'receptacleThatIsFilled' : 'supplyThatIsConsumed'}`,
    `type=${markerTypes[s.kind].replace(/-(\w)/gu, (_, letter: string) => letter.toUpperCase())}`,
    'unit=impressions',
    `maxcapacity=${s.capacity}`,
    `level=${Math.round(s.level * s.capacity)}`,
    ...(s.colorant === null ? [] : [`colorantname=${s.colorant}`]),
    '',
  ].join(';');
}

function attributesOf(printer: EmulatedPrinter): IppAttributeList {
  const { supplies, manufacturer, model, serial } = printer;
  const list = <T>(of: (s: EmulatedSupply, i: number) => T): T[] => supplies.map(of);
  return {
    'printer-make-and-model': [ippText(`${manufacturer} ${model}`)],
    'printer-device-id': [ippText(`MFG:${manufacturer};MDL:${model};SN:${serial};`)],
    'printer-state-reasons': [ippKeyword('none')],
    'printer-impressions-completed': [ippInteger(printer.pages)],
    'marker-names': list((s) => ippName(s.name)),
    'marker-colors': list((s) => ippName(colours[s.colorant ?? ''] ?? 'none')),
    'marker-types': list((s) => ippKeyword(markerTypes[s.kind])),
    'marker-levels': list((s) => ippInteger(Math.round(s.level * 100))),
    'printer-supply': list((s, i) => ippOctets(supplyText(s, i))),
    'printer-supply-description': list((s) => ippText(s.name)),
    'printer-supply-info-uri': [ippUri('http://localhost/')],
  };
}

function answerTo(request: IppMessage, printer: EmulatedPrinter): Uint8Array {
  const known = request.code === GET_PRINTER_ATTRIBUTES;
  const operation = {
    tag: 0x01,
    attributes: {
      'attributes-charset': [ippCharset('utf-8')],
      'attributes-natural-language': [ippLanguage('en')],
    },
  };
  return encodeIpp({
    version: request.version,
    code: known ? OK : OPERATION_NOT_SUPPORTED,
    requestId: request.requestId,
    groups: known ? [operation, { tag: 0x04, attributes: attributesOf(printer) }] : [operation],
  });
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_REQUEST_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Answers Get-Printer-Attributes for a printer over HTTP, or HTTPS with its own certificate. Values are live. */
export async function startIppPrinter(
  printer: EmulatedPrinter,
  options: IppPrinterOptions,
): Promise<IppPrinter> {
  const { tls } = options;
  const server: Server =
    tls === undefined ? createServer() : createTlsServer({ key: tls.key, cert: tls.cert });
  server.on('request', (request, response) => {
    bodyOf(request).then(
      (body) => {
        const parsed = body === null ? null : parseIpp(body);
        if (request.url !== PATH) response.writeHead(404).end();
        else if (parsed === null || !parsed.ok) response.writeHead(400).end();
        else
          response
            .writeHead(200, { 'content-type': 'application/ipp' })
            .end(answerTo(parsed.message, printer));
      },
      () => response.destroy(),
    );
  });
  server.listen(options.port, options.host);
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}
