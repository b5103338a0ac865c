/** Fields of an IEEE 1284 device id (`MFG:HP;MDL:…;SN:…;`), keys in capitals; short and long names both occur. */
interface DeviceId {
  manufacturer?: string;
  model?: string;
  description?: string;
  serial?: string;
}

/** Epson writes the serial number as hexadecimal of its characters. */
function plainSerial(serial: string, epson: boolean): string {
  if (!epson || !/^(?:[0-9a-f]{2}){6,}$/iu.test(serial)) return serial;
  const text = (serial.match(/../gu) ?? [])
    .map((pair) => String.fromCharCode(Number.parseInt(pair, 16)))
    .join('');
  const printable = text.replace(/[^\x20-\x7e]/gu, '');
  return /^[A-Z0-9]{6,}$/u.test(printable) ? printable : serial;
}

export function parseDeviceId(text: string): DeviceId {
  const fields = new Map<string, string>();
  for (const part of text.slice(0, 4096).split(';')) {
    const colon = part.indexOf(':');
    const key = part.slice(0, colon).trim().toUpperCase();
    const value = part.slice(colon + 1).trim();
    if (colon > 0 && value !== '' && !fields.has(key)) fields.set(key, value.slice(0, 255));
  }
  const pick = (...keys: string[]) => keys.map((key) => fields.get(key)).find((value) => value !== undefined);
  const id: DeviceId = {};
  const manufacturer = pick('MFG', 'MANUFACTURER');
  const model = pick('MDL', 'MODEL');
  const description = pick('DES', 'DESCRIPTION');
  const serial = pick('SN', 'SERN', 'SER', 'SERIALNUMBER', 'SERIAL NUMBER');
  if (manufacturer !== undefined) id.manufacturer = manufacturer;
  if (model !== undefined) id.model = model;
  if (description !== undefined) id.description = description;
  if (serial !== undefined) {
    const epson = /epson/iu.test(`${manufacturer ?? ''} ${fields.get('CID') ?? ''}`);
    id.serial = plainSerial(serial, epson);
  }
  return id;
}
