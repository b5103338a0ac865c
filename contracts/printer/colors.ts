/** Colours of IPP's marker-colors (`#RRGGBB`, several run together for one cartridge of many inks) → colorant. */

const palette: readonly (readonly [string, number, number, number])[] = [
  ['black', 0, 0, 0],
  ['cyan', 0, 255, 255],
  ['magenta', 255, 0, 255],
  ['yellow', 255, 255, 0],
  ['gray', 128, 128, 128],
  ['light-gray', 192, 192, 192],
  ['light-cyan', 155, 255, 255],
  ['light-magenta', 255, 155, 255],
  ['red', 255, 0, 0],
  ['green', 0, 255, 0],
  ['blue', 0, 0, 255],
  ['orange', 255, 128, 0],
  ['white', 255, 255, 255],
];
/** Squared distance: printers write #00AEEF for cyan and #111111 for black. */
const NEAR = 100 ** 2;

function nearest(hex: string): string | undefined {
  const [r, g, b] = [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  if (r === undefined || g === undefined || b === undefined) return undefined;
  const ranked = palette.map(([name, pr, pg, pb]) => ({
    name,
    distance: (r - pr) ** 2 + (g - pg) ** 2 + (b - pb) ** 2,
  }));
  const best = ranked.reduce((a, c) => (c.distance < a.distance ? c : a));
  return best.distance <= NEAR ? best.name : undefined;
}

/** `#000000` → black, `#00FFFF#FF00FF#FFFF00` → tri-color, a word → itself, `none` or nonsense → undefined. */
export function colorantOfColor(text: string | undefined): string | undefined {
  const clean = text?.trim() ?? '';
  const hexes = [...clean.slice(0, 255).matchAll(/#([0-9a-f]{6})/giu)].map((m) => m[1] ?? '');
  if (hexes.length > 1) return 'tri-color';
  if (hexes[0] !== undefined) return nearest(hexes[0]);
  return /^(?:none|unknown|no-color)?$|^#/iu.test(clean) ? undefined : clean.toLowerCase().slice(0, 64);
}
