import { formatMoneyInGerman as money } from '../money.ts';
import { TIPS } from '../tips.ts';
import type { AskTexts } from './ask.ts';
import { dayFrom } from './dates.ts';
import { germanDates as dates } from './dates-de.ts';
import { slotName } from './slot-names.ts';

const slot = (name: string): string => slotName(name, 'de');
const percent = (share: number): string => `${Math.round(share * 100)} %`;

export const ASK_GERMAN: AskTexts = {
  'no-review': () => 'Nichts daran wartet auf unsere Mitarbeiter.',
  'review-pending': () => 'Unsere Mitarbeiter sehen es sich an, bevor bestellt wird.',
  'review-paused': () =>
    'Unsere Mitarbeiter haben die letzte Bestellung abgelehnt; über die nächste wird später entschieden.',
  'review-first-order': ({ before }) =>
    before === 0
      ? 'Es ist die erste automatische Bestellung dieses Kunden.'
      : `Dieser Kunde hatte erst ${before === 1 ? 'eine automatische Bestellung' : `${before} automatische Bestellungen`}.`,
  'review-high-price': ({ total, from }) =>
    `Es kostet ${money(total)}; ab ${money(from)} sieht es sich jemand an.`,
  'review-price-rise': ({ price, usual, share }) =>
    `${money(price)} je Stück sind ${percent(share)} mehr als die üblichen ${money(usual)}.`,
  'review-quantity-above': ({ quantity, limit }) => `${quantity} auf einmal sind mehr als ${limit}.`,
  'review-quantity-odd': ({ quantity, usual }) =>
    `Es werden ${quantity} auf einmal bestellt, sonst sind es ${usual}.`,
  'review-use-rise': ({ share }) => `In letzter Zeit wird ${percent(share)} mehr verbraucht als auf Dauer.`,
  'review-refused': ({ count }) => `${count} Nachrichten des Geräts wurden in einer Woche abgewiesen.`,
  'review-new-model': ({ before }) =>
    before === 0
      ? 'Für ein Gerät dieses Modells wurde noch nie etwas bestellt.'
      : `Für Geräte dieses Modells gab es erst ${before === 1 ? 'eine Bestellung' : `${before} Bestellungen`}.`,

  'rung-respond': () =>
    'Sie bestellen mit einem Tipp oder der Taste des Geräts, und nichts geschieht von selbst.',
  'rung-coach': () => 'Sie werden rechtzeitig erinnert, mit einem Rat, und bestellen selbst.',
  'rung-curated': () => 'Die richtige Bestellung wird vorbereitet, und Sie stimmen mit einem Tipp zu.',
  'rung-automatic': () =>
    'Bestellungen werden Ihnen angekündigt und dann aufgegeben, in den Grenzen Ihrer Einwilligung.',
  'rung-learning': () => 'Wie gut sich der Verbrauch vorhersagen lässt, wird noch gelernt.',
  'rung-dear': () => 'Eine falsche Bestellung würde weit mehr kosten als leer zu laufen.',
  'rung-not-announced': ({ place }) =>
    `Jede automatische Bestellung muss vorher angekündigt werden (${place}), und die letzte Ankündigung hat Sie nicht erreicht.`,
  'autonomy-limited': () => 'Vorerst werden Sie gefragt, statt dass von selbst bestellt wird:',
  'autonomy-back': ({ since, today }) =>
    `Seit dem ${dayFrom(dates, since, today)} wird wieder von selbst bestellt.`,
  'suggest-predictable': ({ days }) => `Der Verbrauch ist seit ${days} Tagen gut vorhersagbar.`,
  'suggest-cancelled': ({ count }) => `Sie haben die letzten ${count} Bestellungen storniert.`,
  press: () => 'Die Taste des Geräts wurde gedrückt.',
  'press-ordered': () => 'Die Taste des Geräts wurde gedrückt: Es wird jetzt bestellt.',
  'press-repeated': () => 'Es ist schon bestellt: Noch einmal drücken bestellt nicht mehr.',
  'press-proposal': () => 'Ein Vorschlag dafür wartet schon auf Ihre Zustimmung.',
  'press-refused': () => 'Die Taste wurde gedrückt, aber es wird nichts bestellt:',
  'press-which': () =>
    'Das Gerät hat mehrere Verbrauchsmaterialien, und der Tastendruck sagte nicht, für welches er gilt.',
  'press-unowned': () => 'Das Gerät gehört noch niemandem, also bestellt ein Tastendruck nichts.',
  'press-late': ({ hours }) =>
    `Der Tastendruck kam ${hours} Stunden zu spät an, um noch eine Bestellung zu sein.`,
  'you-ordered': () => 'Sie haben es bestellt.',
  'level-not-told': ({ name, since, today }) =>
    since === null
      ? `${slot(name)}: Das Gerät meldet nicht, wie viel übrig ist.`
      : `${slot(name)}: Seit dem ${dayFrom(dates, since, today)} meldet das Gerät nicht mehr, wie viel übrig ist.`,
  'level-not-heard': ({ name, since, today }) =>
    since === null
      ? `${slot(name)}: Es gibt nur Messwerte aus der Vergangenheit; wir sehen nicht, wie viel übrig ist.`
      : `${slot(name)}: Seit dem ${dayFrom(dates, since, today)} ist kein Messwert gekommen; wir sehen nicht, wie viel übrig ist.`,
  'lasts-usually': ({ p10, p50, p90, today }) => {
    const say = (date: string): string => dayFrom(dates, date, today);
    const interval =
      p10 !== null && p90 !== null && p10 !== p90 ? ` (zwischen ${say(p10)} und ${say(p90)})` : '';
    return `Nach dem üblichen Verbrauch reicht es etwa bis ${say(p50)}${interval}.`;
  },
  'shall-order': ({ quantity }) =>
    `Sollen wir jetzt ${quantity === 1 ? '' : `${quantity} Stück `}bestellen, damit rechtzeitig Ersatz da ist?`,
  'waits-for-answer': () => 'Wir haben Sie gefragt, ob wir bestellen sollen, und warten auf Ihre Antwort.',
  'level-known': () => 'Eine Antwort ist nicht mehr nötig: Das Gerät meldet wieder, wie viel übrig ist.',
  tip: ({ tip }) => TIPS[tip].de,
};
