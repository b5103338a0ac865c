import { APPLIANCES } from './appliances.ts';
import type { CatalogueModel } from './catalogue-types.ts';
import { COLOUR_PRINTERS } from './colour-printers.ts';
import { MONO_PRINTERS } from './mono-printers.ts';

/** Every device model that the project knows by itself, without captures. */
export const CATALOGUE: readonly CatalogueModel[] = [...MONO_PRINTERS, ...COLOUR_PRINTERS, ...APPLIANCES];
