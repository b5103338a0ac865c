import type { SupplyType, SupplyUnit } from './observation.ts';

/** PrtMarkerSuppliesTypeTC (RFC 3805, IANA-PRINTER-MIB): code → its label. */
export const typeLabels: Readonly<Record<number, string>> = {
  1: 'other',
  2: 'unknown',
  3: 'toner',
  4: 'wasteToner',
  5: 'ink',
  6: 'inkCartridge',
  7: 'inkRibbon',
  8: 'wasteInk',
  9: 'opc',
  10: 'developer',
  11: 'fuserOil',
  12: 'solidWax',
  13: 'ribbonWax',
  14: 'wasteWax',
  15: 'fuser',
  16: 'coronaWire',
  17: 'fuserOilWick',
  18: 'cleanerUnit',
  19: 'fuserCleaningPad',
  20: 'transferUnit',
  21: 'tonerCartridge',
  22: 'fuserOiler',
  23: 'water',
  24: 'wasteWater',
  25: 'glueWaterAdditive',
  26: 'wastePaper',
  27: 'bindingSupply',
  28: 'bandingSupply',
  29: 'stitchingWire',
  30: 'shrinkWrap',
  31: 'paperWrap',
  32: 'staples',
  33: 'inserts',
  34: 'covers',
};

/** The same labels → our types; labels that say nothing are absent and the description decides. */
const typesByLabel: Readonly<Record<string, SupplyType>> = {
  toner: 'toner',
  tonercartridge: 'toner',
  ink: 'ink',
  inkcartridge: 'ink',
  inkribbon: 'ribbon',
  ribbonwax: 'ribbon',
  ribbon: 'ribbon',
  solidwax: 'wax',
  wastetoner: 'wasteToner',
  wasteink: 'wasteInk',
  wastewax: 'wasteOther',
  wastewater: 'wasteOther',
  wastepaper: 'wasteOther',
  opc: 'drum',
  developer: 'developer',
  fuser: 'fuser',
  fuseroil: 'fuserOil',
  fuseroilwick: 'fuserOil',
  fuseroiler: 'fuserOil',
  fusercleaningpad: 'cleaner',
  cleanerunit: 'cleaner',
  coronawire: 'cleaner',
  transferunit: 'transferUnit',
  staples: 'staples',
  stitchingwire: 'staples',
};

/** Accepts the MIB's camelCase (`wasteToner`) and IPP's keywords (`waste-toner`). */
export function typeOfLabel(label: string): SupplyType | undefined {
  const name = label.toLowerCase().replace(/[^a-z]/gu, '');
  return Object.hasOwn(typesByLabel, name) ? typesByLabel[name] : undefined;
}

const unitsByCode: Readonly<Record<number, SupplyUnit>> = {
  1: 'other',
  2: 'unknown',
  3: 'tenThousandthsOfInches',
  4: 'micrometers',
  7: 'impressions',
  8: 'sheets',
  11: 'hours',
  12: 'thousandthsOfOunces',
  13: 'tenthsOfGrams',
  14: 'hundrethsOfFluidOunces',
  15: 'tenthsOfMilliliters',
  16: 'feet',
  17: 'meters',
  18: 'items',
  19: 'percent',
};
const unitsByLabel = new Map<string, SupplyUnit>(
  Object.values(unitsByCode).map((unit) => [unit.toLowerCase(), unit]),
);

export function unitOfCode(code: number | undefined): SupplyUnit | undefined {
  return code === undefined ? undefined : unitsByCode[code];
}

/** Label or, as some printers write it, the number. "hundredths" is accepted beside the RFC's spelling. */
export function unitOfLabel(label: string | undefined): SupplyUnit | undefined {
  if (label === undefined) return undefined;
  if (/^\d{1,3}$/u.test(label)) return unitOfCode(Number(label));
  return unitsByLabel.get(
    label
      .toLowerCase()
      .replace('hundredths', 'hundreths')
      .replace(/[^a-z]/gu, ''),
  );
}

export const CLASS_CONSUMED = 3;
export const CLASS_FILLED = 4;

/** What a description says the thing is. The first match wins, so waste precedes toner, and transfer roller. */
export const typeWords: readonly (readonly [SupplyType, RegExp])[] = [
  [
    'staples',
    /staple|heftklammer|agraf|grapas|grampo|nietjes|punti metallici|stitch|ステープル|針|订书|釘書/iu,
  ],
  [
    'wasteInk',
    /(?:wasted?|used|spent)[\s_-]*ink|maintenance[\s_-]*(?:box|tank|cartridge)|wartungs(?:box|tank|kassette|patrone)|tinten?(?:abfall|auffang)|resttinte|encre usag|メンテナンス(?:ボックス|カートリッジ|タンク)|廃インク|廢墨|废墨/iu,
  ],
  [
    'wasteToner',
    /waste|used[\s_-]*toner|spent[\s_-]*toner|residual|toner[\s_-]*(?:collect|recover|recycl)|alttoner|resttoner|toner(?:abfall|auffang|sammel)|auffangbeh|récupérat|recuperat|toner usag|usagé|residu|desecho|scarto|recupero|afgewerkt|zużyt|отработ|廃トナー|トナー回収|回収|廢棄|廢粉|废粉|废弃|废碳粉/iu,
  ],
  ['printhead', /print[\s_-]?head|druckkopf|tête d.impression|cabezal|testina|プリントヘッド|打印头/iu],
  ['fuserOil', /fuser oil|fixieröl/iu],
  ['transferUnit', /transfer(?!red)|transfert|transferência|trasferimento|\bitb\b|\bbelt\b|転写|转印|轉印/iu],
  ['fuser', /fus(?:er|ing|ore|ión|ion unit)|fixing|fixier|unité de fusion|fusor|定着|定影/iu],
  [
    'maintenanceKit',
    /(?:maintenance|service|wartungs)[\s_-]*(?:kit|unit|einheit)|kit (?:de |di )?(?:maint|mant|manut)|メンテナンスキット|维护/iu,
  ],
  ['developer', /develop|entwickler|révélateur|revelador|sviluppo|現像|显影|顯影/iu],
  [
    'drum',
    /drum|photo[\s_-]?conduct|photo[\s_-]?recept|\bopc\b|imag(?:ing|e)[\s_-]*(?:unit|kit)|trommel|tambour|tambor|tamburo|bęben|барабан|ドラム|感光/iu,
  ],
  ['filter', /filter|filtre|filtro|ozone|フィルター/iu],
  [
    'roller',
    /roller|\brolls?\b|retard|separat(?:or|ion)|pick[\s_-]?up|feed(?:er)?[\s_-]*(?:kit|roll)|\bpf[\s_-]*kit|\badf\b|walze|rouleau|rodillo|ローラ/iu,
  ],
  ['cleaner', /clean(?:er|ing)|wiper|reinigung|nettoy|corona|クリーニング/iu],
  ['ribbon', /ribbon|farbband|ruban|リボン/iu],
  ['wax', /solid ink|colorstix|wax/iu],
  ['toner', /toner|トナー|碳粉|粉盒|墨粉|тонер/iu],
  ['ink', /(?:^|[^a-z])ink|tinte|tinta|encre|inchiostro|atrament|чернил|インク|墨水|墨盒|墨/iu],
];

/** Letters by which vendors mark a part's colour, alone or in brackets: "Toner (K)", "Ink PBK". */
export const colorantLetters: Readonly<Record<string, string>> = {
  k: 'black',
  bk: 'black',
  bl: 'black',
  c: 'cyan',
  m: 'magenta',
  y: 'yellow',
  lc: 'light-cyan',
  lm: 'light-magenta',
  pc: 'photo-cyan',
  pm: 'photo-magenta',
  pbk: 'photo-black',
  pk: 'photo-black',
  mbk: 'matte-black',
  mk: 'matte-black',
  gy: 'gray',
  pgy: 'photo-gray',
  lk: 'light-black',
  llk: 'light-light-black',
};

/** Colour words, most specific first, since "matte black" is not the black of the office. */
export const colorantWords: readonly (readonly [string, RegExp])[] = [
  [
    'tri-color',
    /tri[\s-]?colou?r|three[\s-]?colou?r|dreifarb|trois couleurs|\bcolou?r (?:cartridge|ink)|cyan[\s/,+&]+magenta[\s/,+&]+yellow|\bCMY\b/iu,
  ],
  ['matte-black', /matte?[\s_-]?(?:black|schwarz|noir)|mattschwarz|noir mat|マットブラック/iu],
  ['photo-black', /photo[\s_-]?black|fotoschwarz|noir photo|negro foto|フォトブラック/iu],
  ['light-light-black', /light[\s_-]?light[\s_-]?(?:black|gr[ae]y)/iu],
  ['light-black', /light[\s_-]?black/iu],
  ['light-gray', /light[\s_-]?gr[ae]y|hellgrau/iu],
  ['light-cyan', /light[\s_-]?cyan|hellcyan|photo[\s_-]?cyan|ライトシアン/iu],
  [
    'light-magenta',
    /light[\s_-]?magenta|hellmagenta|photo[\s_-]?magenta|(?:vivid[\s_-]?light[\s_-]?magenta)|ライトマゼンタ/iu,
  ],
  [
    'black',
    /black|schwarz|\bnoire?\b|\bnegr[oa]\b|\bpreto\b|\bner[oa]\b|zwart|czarn|чёрн|черн|\bčern|\bsiyah|\bsvart|musta|ブラック|黑|黒|검정/iu,
  ],
  ['cyan', /cyan|\bzyan|\bcian|\bciano\b|błękit|голуб|azurov|シアン|青/iu],
  ['magenta', /magenta|пурпур|マゼンタ|洋紅|洋红|品红|品紅|紅色|红色|자홍/iu],
  [
    'yellow',
    /yellow|gelb|jaune|amarill|amarel|giall|geel|żółt|желт|жёлт|žlut|sarı|\bgul\b|keltainen|イエロー|黃|黄|노랑/iu,
  ],
  ['gray', /\bgr[ae]y\b|grau\b|\bgris\b|grigio|グレー|灰/iu],
  ['red', /\bred\b|\brot\b|rouge|レッド/iu],
  ['green', /\bgreen\b|grün|\bvert\b|グリーン|绿|綠/iu],
  ['blue', /\bblue\b|\bblau\b|\bbleu\b|ブルー|蓝|藍/iu],
  ['orange', /\borange\b|オレンジ/iu],
  ['violet', /violet|purple/iu],
  ['white', /\bwhite\b|weiß|\bblanc\b|ホワイト|白/iu],
  ['gold', /\bgold\b/iu],
  ['silver', /\bsilver\b/iu],
  ['clear', /\bclear\b|transparent|gloss|optimizer|クリア|透明/iu],
];

/** Prefixes of part numbers that tell what the part is, by vendors' own catalogues. */
export const partTypes: readonly (readonly [SupplyType, RegExp])[] = [
  ['toner', /^(?:TK|CK|PK|TN|MLT|CLT|TNP|NPG|GPR|CRG|C-?EXV|T-(?:FC)?\d)/iu],
  ['drum', /^(?:DK|DR|IUP|IU)-?\d/iu],
  ['developer', /^(?:DV)-?\d/iu],
  ['maintenanceKit', /^MK-?\d/iu],
  ['wasteToner', /^(?:WT|WB|WX)-?\w?\d/iu],
  ['fuser', /^FK-?\d/iu],
  ['ink', /^(?:LC|PFI|PGI|CLI|BCI|T\d{3,4}(?:\D|$))/iu],
];

/** Models that print with ink, where a description says no more than "cartridge". */
export const inkModels =
  /officejet|deskjet|photosmart|designjet|pagewide|\benvy\b|\bstylus\b|workforce|\b(?:WF|XP|ET|EW|SC|EP|PX)-|pixma|maxify|imageprograf|\b(?:TM|TX|GP|TA|PRO)-\d|(?:MFC|DCP|HL)-?[JT]\d|gelsprinter|\bGC\b|smart tank|ink tank|ecotank|surecolor|colorworks/iu;
