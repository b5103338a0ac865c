import type { DeviceCommand } from '../../contracts/mqtt.ts';

const STATUSES: Readonly<Record<string, string>> = {
  accepted: 'is ordered',
  shipped: 'is on its way',
  delivered: 'was delivered',
  cancelled: 'was cancelled',
  returned: 'goes back',
  lost: 'seems lost',
};
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** What a device's display would show of a command, in English. */
export function sayCommand(command: DeviceCommand): string {
  switch (command.type) {
    case 'order-status': {
      const { consumable, status, arrivesFrom, arrivesTo } = command;
      const said = `${consumable} ${STATUSES[status] ?? status}`;
      const isComing = status === 'accepted' || status === 'shipped';
      return isComing ? said + arrival(arrivesFrom, arrivesTo) : said;
    }
    case 'maintenance':
      return command.consumable === undefined ? command.hint : `${command.consumable}: ${command.hint}`;
    case 'configure':
      return command.reportEverySeconds === undefined
        ? 'nothing to change'
        : `report every ${command.reportEverySeconds} s`;
  }
}

function arrival(from: string | undefined, to: string | undefined): string {
  if (from === undefined) return '';
  const first = spoken(from);
  return to === undefined || to === from ? `, arriving ${first}` : `, arriving ${first} to ${spoken(to)}`;
}

/** A calendar date of the customer: no time zone shifts it. */
const spoken = (date: string): string =>
  `${WEEKDAYS[new Date(`${date}T00:00:00Z`).getUTCDay()] ?? ''} ${date}`;
