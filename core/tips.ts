/** Advice that lengthens the life of a consumable, by name; each in every language that the platform speaks. */
export const TIPS = {
  'toner-shake': {
    en: 'A toner that prints pale often lasts a while longer after it was rocked gently from side to side.',
    de: 'Blasser Toner reicht oft noch eine Weile, wenn die Kartusche sanft hin und her bewegt wird.',
  },
  'toner-cool': {
    en: 'Keep spare toner lying flat, cool and dark in its bag; it keeps for about two years.',
    de: 'Ersatztoner flach, kühl und dunkel in seiner Tüte lagern; so hält er etwa zwei Jahre.',
  },
  'toner-draft': {
    en: 'Draft mode for what nobody files away saves about a third of the toner.',
    de: 'Der Entwurfsmodus spart bei allem, was niemand abheftet, etwa ein Drittel des Toners.',
  },
  'ink-weekly': {
    en: 'One colour page a week keeps the nozzles open and spares the cleaning that uses most ink.',
    de: 'Eine farbige Seite in der Woche hält die Düsen frei und erspart die Reinigung, die am meisten Tinte kostet.',
  },
  'ink-switch-off': {
    en: 'Switch the printer off by its own button: only then it caps the print head.',
    de: 'Den Drucker an seiner eigenen Taste ausschalten: Nur dann verschließt er den Druckkopf.',
  },
  'fridge-first-in': {
    en: 'Put the new one behind the old one, so that the older is used first.',
    de: 'Das Neue hinter das Alte stellen, damit das Ältere zuerst verbraucht wird.',
  },
  'coffee-descale': {
    en: 'A machine that is descaled in time needs less coffee for the same cup.',
    de: 'Eine rechtzeitig entkalkte Maschine braucht weniger Kaffee für die gleiche Tasse.',
  },
  'dispenser-portion': {
    en: 'Most dispensers have a portion setting; the smaller one is enough for most hands.',
    de: 'Die meisten Spender lassen die Portion einstellen; die kleinere reicht für die meisten Hände.',
  },
  'filter-dry': {
    en: 'Keep spare filters dry and sealed; an open one ages from the first day.',
    de: 'Ersatzfilter trocken und verschlossen lagern; ein offener altert vom ersten Tag an.',
  },
  'store-dry': {
    en: 'Keep spares dry and out of the sun, and use the oldest first.',
    de: 'Vorräte trocken und ohne Sonne lagern und das Älteste zuerst verbrauchen.',
  },
} as const satisfies Record<string, { readonly en: string; readonly de: string }>;
export type TipName = keyof typeof TIPS;

/** Words in the family of a device, or in the name of its slot, and what helps there; the first that fits counts. */
const BY_WORDS: readonly (readonly [readonly string[], readonly TipName[]])[] = [
  [
    ['toner', 'laser'],
    ['toner-draft', 'toner-cool', 'toner-shake'],
  ],
  [['ink'], ['ink-weekly', 'ink-switch-off']],
  [['fridge', 'milk', 'food', 'feeder'], ['fridge-first-in']],
  [['coffee', 'espresso'], ['coffee-descale']],
  [['soap', 'towel', 'dispenser'], ['dispenser-portion']],
  [['filter', 'softener'], ['filter-dry']],
];
const ANYWHERE: readonly TipName[] = ['store-dry'];

/** The tip that goes with the n-th reminder: each in turn. */
export function tipFor(family: string, slotName: string, n: number): TipName {
  const about = `${slotName} ${family}`.toLowerCase();
  const found = BY_WORDS.find(([words]) => words.some((word) => about.includes(word)))?.[1] ?? ANYWHERE;
  return found[n % found.length] ?? 'store-dry';
}
