import type { Operator, RECEIPT_FORMATS } from '../../contracts/http/receipts.ts';
import { PURPOSES, type PurposeInformation } from './purposes.ts';
import type { Consent } from './read-consents.ts';

/** What a receipt is made from. */
export interface ReceiptSource {
  readonly consent: Consent;
  readonly jurisdiction: string;
  readonly operator: Operator;
  /** JWK that the receipt is signed with. */
  readonly publicKey: object;
  readonly issuedAt: Date;
  /** Address of the API as the customer reaches it. */
  readonly baseUrl: string;
}

type Format = (typeof RECEIPT_FORMATS)[number];

const WITHDRAW = 'One call or one button, as easy as granting:';

export function receiptOf(format: Format, source: ReceiptSource): Record<string, unknown> {
  return format === 'iso-27560' ? iso27560(source) : kantara(source);
}

function informationOf({ purpose }: Consent): PurposeInformation {
  const information = PURPOSES[purpose];
  if (information === undefined) throw new Error(`no receipt says what ${purpose} means`);
  return information;
}

const stateOf = ({ withdrawal, validUntil }: Consent, at: Date): string => {
  if (withdrawal !== null) return 'withdrawn';
  return validUntil !== null && validUntil <= at ? 'expired' : 'given';
};

const scopeOf = ({ consumableId, deviceId }: Consent): string =>
  consumableId !== null
    ? `consumable ${consumableId}`
    : deviceId !== null
      ? `device ${deviceId}`
      : 'every device of the customer';

/**
 * Consent receipt by ISO/IEC TS 27560:2023, clause 6: header, processing, parties, events, and the
 * metadata of the receipt around the record. docs/consent.md says what of it nobody has verified.
 */
function iso27560({ consent, jurisdiction, operator, publicKey, issuedAt, baseUrl }: ReceiptSource) {
  const about = informationOf(consent);
  const controller = `${baseUrl}/v1/operator`;
  return {
    receipt_metadata: {
      schema_version: 'ISO/IEC TS 27560:2023',
      receipt_id: `urn:uuid:${consent.id}#${issuedAt.getTime()}`,
      issued_at: issuedAt.toISOString(),
      public_key: publicKey,
    },
    consent_record: {
      schema_version: 'ISO/IEC TS 27560:2023',
      record_id: consent.id,
      pii_principal_id: consent.customerId,
      pii_processing: {
        privacy_notice: operator.privacyPolicyUrl,
        language: consent.language,
        consent_text: consent.text,
        consent_text_version: consent.version,
        consent_text_sha256: consent.textHash,
        purposes: [
          {
            purpose: about.purpose,
            purpose_type: about.purposeType,
            lawful_basis: 'consent',
            pii_information: about.personalData.map((pii_type) => ({
              pii_type,
              sensitive_pii_category: false,
            })),
            pii_controllers: [controller],
            collection_method: consent.method,
            processing_method: about.processing,
            storage_locations: [operator.address],
            retention_period: about.retention,
            processing_locations: [operator.address],
            services: [about.service],
            scope: scopeOf(consent),
            jurisdiction,
            recipient_third_parties: about.recipients,
            withdrawal_method: `${WITHDRAW} POST ${baseUrl}/v1/consents/${consent.id}/withdraw`,
            privacy_rights: ['access', 'rectification', 'erasure', 'restriction', 'portability', 'objection'],
            ...(consent.mandate === null ? {} : { mandate: consent.mandate }),
          },
        ],
      },
      party_identification: [
        {
          party_id: controller,
          party_role: 'pii_controller',
          party_name: operator.name,
          party_address: operator.address,
          party_email: operator.email,
          party_phone: operator.phone,
          party_url: operator.url,
          party_contact: operator.email,
        },
        { party_id: consent.customerId, party_role: 'pii_principal' },
      ],
      event: eventsOf(consent),
      state: stateOf(consent, issuedAt),
    },
  };
}

/** Granting and, once it happened, withdrawing. */
function eventsOf(consent: Consent) {
  const event = (state: string, type: string, time: Date, entity: string, method: string) => ({
    event_time: time.toISOString(),
    event_type: type,
    event_state: state,
    entity_id: entity,
    method,
  });
  return [
    {
      ...event('given', 'explicit', consent.grantedAt, consent.actor, consent.method),
      validity_duration: consent.validUntil?.toISOString() ?? 'until withdrawn',
      origin_address: consent.originAddress,
    },
    ...(consent.withdrawal === null
      ? []
      : [
          event(
            'withdrawn',
            'explicit',
            consent.withdrawal.withdrawnAt,
            consent.withdrawal.actor,
            consent.withdrawal.method,
          ),
        ]),
  ];
}

/** Kantara Initiative Consent Receipt Specification 1.1, section 4: field names as its JSON schema has them. */
function kantara({ consent, jurisdiction, operator, publicKey, baseUrl }: ReceiptSource) {
  const about = informationOf(consent);
  return {
    version: 'KI-CR-v1.1.0',
    jurisdiction,
    // Seconds since 1970, as the specification asks.
    consentTimestamp: Math.floor(consent.grantedAt.getTime() / 1000),
    collectionMethod: consent.method,
    consentReceiptID: consent.id,
    publicKey: JSON.stringify(publicKey),
    language: consent.language,
    piiPrincipalId: consent.customerId,
    piiControllers: [
      {
        piiController: operator.name,
        onBehalf: false,
        contact: operator.email,
        address: { streetAddress: operator.address },
        email: operator.email,
        phone: operator.phone ?? '',
        ...(operator.url === null ? {} : { piiControllerUrl: operator.url }),
      },
    ],
    policyUrl: operator.privacyPolicyUrl,
    services: [
      {
        service: about.service,
        purposes: [
          {
            purpose: about.purpose,
            purposeCategory: [about.kantaraCategory],
            consentType: 'EXPLICIT',
            piiCategory: about.personalData,
            primaryPurpose: consent.purpose === 'automatic-order',
            termination: `${consent.validUntil?.toISOString() ?? 'until withdrawn'}; ${WITHDRAW} POST ${baseUrl}/v1/consents/${consent.id}/withdraw`,
            thirdPartyDisclosure: about.recipients.length > 0,
            ...(about.recipients.length === 0 ? {} : { thirdPartyName: about.recipients.join(', ') }),
          },
        ],
      },
    ],
    sensitive: false,
    spiCat: [],
  };
}
