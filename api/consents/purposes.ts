/** What each purpose means in the words that receipts ask for. */
export interface PurposeInformation {
  readonly purpose: string;
  /** Category by the Data Privacy Vocabulary and, for Kantara, by its appendix of purposes. */
  readonly purposeType: string;
  readonly kantaraCategory: string;
  readonly service: string;
  readonly personalData: readonly string[];
  readonly recipients: readonly string[];
  readonly processing: string;
  readonly retention: string;
}

export const PURPOSES: Readonly<Record<string, PurposeInformation>> = {
  telemetry: {
    purpose: 'Storing what a device reports of its consumables, to forecast when each one runs out',
    purposeType: 'https://w3id.org/dpv#ServiceProvision',
    kantaraCategory: '1 - Core Function',
    service: 'Telemetry and forecasts',
    personalData: ['device identifiers', 'consumable levels and counters', 'times of use'],
    recipients: [],
    processing: 'automated, on the systems of the controller',
    retention: 'as the setting for readings says; withdrawn: nothing further is stored',
  },
  'automatic-order': {
    purpose: 'Ordering replacements within the limits of the mandate, each announced first',
    purposeType: 'https://w3id.org/dpv#FulfilmentOfContractualObligation',
    kantaraCategory: '2 - Contracted Service',
    service: 'Automatic replenishment',
    personalData: ['name', 'delivery address', 'payment reference', 'order history'],
    recipients: ['the merchants that an order is placed with'],
    processing: 'automated decisions within limits; the customer can cancel before each order is placed',
    retention: 'orders as long as commercial and tax law asks',
  },
  coaching: {
    purpose: 'Sending reminders and advice on care and saving',
    purposeType: 'https://w3id.org/dpv#CommunicationManagement',
    kantaraCategory: '6 - Personalized Experience',
    service: 'Reminders and advice',
    personalData: ['name', 'e-mail address', 'consumable levels'],
    recipients: [],
    processing: 'automated, on the systems of the controller',
    retention: 'messages as the setting for messages says',
  },
};
