import type { Supply, SupplyType } from './observation.ts';

/** Slots by type; a colour is appended where a part has one. */
const prefixes: Readonly<Partial<Record<SupplyType, string>>> = {
  wasteToner: 'waste',
  wasteInk: 'waste-ink',
  wasteOther: 'waste',
  drum: 'drum',
  developer: 'developer',
  fuser: 'fuser',
  fuserOil: 'fuser-oil',
  cleaner: 'cleaner',
  printhead: 'printhead',
  staples: 'staples',
  maintenanceKit: 'maintenance-kit',
};

function slug(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/gu, '-')
    .replace(/^-+|-+$/gu, '')
    .slice(0, 40)
    .replace(/-+$/u, '');
}

function transferKey(description: string): string {
  if (/roller|rouleau|walze|rodillo|ローラ/iu.test(description)) return 'transfer-roller';
  if (/belt|\bitb\b|band|courroie|correa|ベルト/iu.test(description)) return 'transfer-belt';
  return 'transfer';
}

interface KeyHints {
  ordinal?: number | undefined;
  index?: number | undefined;
}

function baseKey(s: Supply, hints: KeyHints): string {
  const color = s.colorant === undefined ? undefined : slug(s.colorant);
  const number = hints.ordinal === undefined ? '' : `-${hints.ordinal}`;
  switch (s.type) {
    case 'toner':
    case 'ink':
    case 'ribbon':
    case 'wax':
      return `${color ?? s.type}${number}`;
    case 'transferUnit':
      return transferKey(s.description);
    case 'other':
    case 'roller':
    case 'filter':
      return slug(s.description) || s.type;
    default: {
      const prefix = prefixes[s.type] ?? slug(s.type);
      return `${prefix}${color === undefined ? '' : `-${color}`}${number}`;
    }
  }
}

/**
 * Gives every supply a key of its own. The printer's own numbering ("Black Toner 2") is kept always, so that
 * a key does not change when the twin is taken out; other twins are told apart by their index in the MIB.
 */
export function assignKeys(supplies: readonly Supply[], hints: readonly KeyHints[]): Supply[] {
  const bases = supplies.map((s, i) => baseKey(s, hints[i] ?? {}));
  const used = new Set<string>();
  return supplies.map((s, i) => {
    const base = bases[i] ?? s.type;
    const twins = bases.filter((other) => other === base).length;
    let key = twins > 1 ? `${base}-${hints[i]?.index ?? i + 1}` : base;
    for (let n = 2; used.has(key); n++) key = `${base}-${hints[i]?.index ?? i + 1}-${n}`;
    used.add(key);
    return { ...s, key };
  });
}
