import { slotName } from '../../../core/phrases/slot-names.ts';
import { currentLanguage } from '../i18n/i18n.ts';

/** "Toner Schwarz" for "Black toner" in German; a name of the operator's own stays. For pages, which follow the language. */
export const slotInWords = (name: string): string => slotName(name, currentLanguage());
