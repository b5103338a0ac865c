import { describe, expect, test } from 'vitest';
import { colorantOfColor } from '../../../contracts/printer/colors.ts';
import { parseSupplyName } from '../../../contracts/printer/supply-name.ts';

describe('what a supply is called', () => {
  test.each([
    ['Black Cartridge HP CF410A', 'LaserJet', { type: 'toner', colorant: 'black', partNumber: 'CF410A' }],
    ['cyan cartridge HP 933XL', 'Officejet 6600', { type: 'ink', colorant: 'cyan', partNumber: '933XL' }],
    ['Maintenance Kit HP 220V-F2G77A', undefined, { type: 'maintenanceKit', partNumber: 'F2G77A' }],
    ['Document Feeder Kit HP L2725A', undefined, { type: 'roller', partNumber: 'L2725A' }],
    ['TK-5240M', 'ECOSYS', { type: 'toner', colorant: 'magenta', partNumber: 'TK-5240M' }],
    ['TK-1170', 'ECOSYS', { type: 'toner', partNumber: 'TK-1170' }],
    ['CK-8512K', undefined, { type: 'toner', colorant: 'black', partNumber: 'CK-8512K' }],
    ['DK-1150', undefined, { type: 'drum', partNumber: 'DK-1150' }],
    ['Toner (Yellow)', undefined, { type: 'toner', colorant: 'yellow' }],
    ['Toner(K)', undefined, { type: 'toner', colorant: 'black' }],
    ['TONER_C', undefined, { type: 'toner', colorant: 'cyan' }],
    ['Tonerkartusche Schwarz', undefined, { type: 'toner', colorant: 'black' }],
    ['Cartouche de toner jaune', undefined, { type: 'toner', colorant: 'yellow' }],
    ['シアントナー', undefined, { type: 'toner', colorant: 'cyan' }],
    ['廃トナーボトル', undefined, { type: 'wasteToner' }],
    ['廢棄碳粉', undefined, { type: 'wasteToner' }],
    ['Resttonerbehälter', undefined, { type: 'wasteToner' }],
    ['Waste Toner Bottle', undefined, { type: 'wasteToner' }],
    ['Maintenance Box', 'WF-C5790', { type: 'wasteInk' }],
    ['Waste Tank', 'TM-5300', { type: 'wasteInk' }],
    ['CANON Matte Black Ink Tank', 'TM-5300', { type: 'ink', colorant: 'matte-black' }],
    ['Ink Tank MBK', undefined, { type: 'ink', colorant: 'matte-black' }],
    ['Ink Tank O', undefined, { type: 'ink', colorant: 'orange' }],
    ['Wasted Ink', undefined, { type: 'wasteInk' }],
    ['Black Toner [K] Cartridge', undefined, { type: 'toner', colorant: 'black' }],
    ['Bias Transfer Roll', undefined, { type: 'transferUnit' }],
    [
      'VIRTUAL HP 761 ( CM992A ) PART 1 of 2 (REAL CARTRIDGE 1)',
      'Designjet',
      { type: 'ink', partNumber: 'CM992A', ordinal: 1 },
    ],
    ['Light Magenta Ink', undefined, { type: 'ink', colorant: 'light-magenta' }],
    ['Photo Drum:Cyan', undefined, { type: 'drum', colorant: 'cyan' }],
    ['Imaging Unit', undefined, { type: 'drum' }],
    ['imagingdrumhpcea', undefined, { type: 'drum' }],
    ['Image Transfer Belt Unit', undefined, { type: 'transferUnit' }],
    ['Transfer Roller', undefined, { type: 'transferUnit' }],
    ['Tray 1 Retard Roller Life', undefined, { type: 'roller' }],
    ['110V Fuser', undefined, { type: 'fuser' }],
    ['Fixiereinheit', undefined, { type: 'fuser' }],
    ['Staple Cartridge 2', undefined, { type: 'staples', ordinal: 2 }],
    ['Black Toner 2', undefined, { type: 'toner', colorant: 'black', ordinal: 2 }],
    ['Canon Cartridge 719/719H', 'LBP6670', { type: 'toner', partNumber: '719/719H' }],
    [
      'Cyan Toner Cartridge, Phaser 6500, 106R01594',
      undefined,
      { type: 'toner', colorant: 'cyan', partNumber: '106R01594' },
    ],
    ['Something else', undefined, {}],
  ])('%s', (name, model, expected) => {
    const { description: _, ...found } = parseSupplyName(name, model);
    expect(found).toEqual(expected);
  });

  test.each([
    ['Black Toner_S/N_:CRUM-211009A6200', 'Black Toner', 'CRUM-211009A6200'],
    ['Black Toner Cartridge S/N:CRUM-13020815555', 'Black Toner Cartridge', 'CRUM-13020815555'],
    ['Black Toner Cartridge;SN26E3C1B5001', 'Black Toner Cartridge', '26E3C1B5001'],
    ['Cyan Toner, Serial Number: AB12345', 'Cyan Toner', 'AB12345'],
    ['Black Toner Cartridge S/N:CRUM-', 'Black Toner Cartridge', undefined],
    ['Fuser S/N:', 'Fuser', undefined],
    ['Black Toner;SN00000000', 'Black Toner', undefined],
    ['Snow White Toner', 'Snow White Toner', undefined],
  ])('serial number in %j', (name, description, serial) => {
    const parsed = parseSupplyName(name, undefined);
    expect(parsed.description).toBe(description);
    expect(parsed.serial).toBe(serial);
  });

  test.each([
    ['#000000', 'black'],
    ['#00AEEF', 'cyan'],
    ['#00FFFF#FF00FF#FFFF00', 'tri-color'],
    ['none', undefined],
    ['#zzz', undefined],
  ])('colour %s', (color, colorant) => {
    expect(colorantOfColor(color)).toBe(colorant);
  });
});
