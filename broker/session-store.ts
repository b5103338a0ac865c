import { Readable } from 'node:stream';
import type { Subscription } from 'aedes';

/** Sessions that outlive their connection, for the devices that asked for it. */
const MAX_SESSIONS = 20_000;
/** QoS 2 messages of a device whose handshake is not finished. */
const MAX_INCOMING = 100;

/** The little of a client that a session store needs. */
interface SessionOwner {
  readonly id: string;
  readonly clean?: boolean;
}

interface Session {
  /** Filter → QoS. The ACL leaves one: the device's own command topic. */
  readonly subscriptions: Map<string, Subscription['qos']>;
}

/**
 * What MQTT calls session state, in memory and bounded. Commands wait in the database instead
 * (command-delivery.ts). Nothing is retained, because no device may
 * subscribe to anything but its own commands; wills of other brokers are theirs.
 *
 * A stored session without subscriptions is still a session [MQTT-3.2.2-2]; aedes tells the device so only
 * when it gets a subscription back, hence the placeholder, which the ACL refuses like any foreign topic.
 */
export class SessionStore {
  static readonly PLACEHOLDER: Subscription = { topic: '$session', qos: 0 };
  readonly #sessions = new Map<string, Session>();
  readonly #incoming = new Map<string, Set<number>>();
  readonly #isAllowed: (clientId: string, filter: string) => boolean;
  readonly #onAcknowledged: (clientId: string, messageId: number) => void;

  constructor(
    isAllowed: (clientId: string, filter: string) => boolean,
    /** Every PUBACK comes by here. */
    onAcknowledged: (clientId: string, messageId: number) => void,
  ) {
    this.#isAllowed = isAllowed;
    this.#onAcknowledged = onAcknowledged;
  }

  // aedes takes only a store whose setup is an async function.
  async setup(): Promise<void> {}

  storeRetained = (): Promise<void> => Promise.resolve();
  createRetainedStreamCombi = (): Readable => Readable.from([]);
  putWill = (): Promise<void> => Promise.resolve();
  delWill = (): Promise<void> => Promise.resolve();
  streamWill = (): Readable => Readable.from([]);

  /** Called once for every connection that wants its session kept: makes it. */
  subscriptionsByClient({ id }: SessionOwner): Promise<Subscription[]> {
    const session = this.#sessions.get(id);
    if (session === undefined) {
      this.#make(id);
      return Promise.resolve([]);
    }
    this.#touch(id, session);
    const kept = [...session.subscriptions].map(([topic, qos]) => ({ topic, qos }));
    return Promise.resolve([SessionStore.PLACEHOLDER, ...kept]);
  }

  cleanSubscriptions({ id }: SessionOwner): Promise<void> {
    this.#forget(id);
    return Promise.resolve();
  }

  /** aedes passes every filter of the packet, also those that were refused. */
  addSubscriptions({ id }: SessionOwner, subscriptions: readonly Subscription[]): Promise<void> {
    const session = this.#sessions.get(id) ?? this.#make(id);
    for (const { topic, qos } of subscriptions) {
      if (!this.#isAllowed(id, topic)) continue;
      session.subscriptions.set(topic, qos);
    }
    return Promise.resolve();
  }

  removeSubscriptions({ id }: SessionOwner, topics: readonly string[]): Promise<void> {
    const session = this.#sessions.get(id);
    for (const topic of topics) session?.subscriptions.delete(topic);
    return Promise.resolve();
  }

  // Nothing is published by topic.
  subscriptionsByTopic = (): Promise<[]> => Promise.resolve([]);
  outgoingEnqueue = (): Promise<void> => Promise.resolve();
  outgoingEnqueueCombi = (): Promise<void> => Promise.resolve();
  outgoingUpdate = (): Promise<void> => Promise.resolve();
  outgoingStream = (): Readable => Readable.from([]);

  outgoingClearMessageId(
    { id }: SessionOwner,
    { messageId = 0 }: { messageId?: number },
  ): Promise<undefined> {
    this.#onAcknowledged(id, messageId);
    return Promise.resolve(undefined);
  }

  /** Only the identifier is kept: the message itself is in the database by now. */
  incomingStorePacket({ id }: SessionOwner, { messageId = 0 }: { messageId?: number }): Promise<void> {
    const incoming = this.#incoming.get(id) ?? new Set<number>();
    if (incoming.size >= MAX_INCOMING) return Promise.reject(new Error('too many unfinished QoS 2 messages'));
    this.#incoming.set(id, incoming.add(messageId));
    return Promise.resolve();
  }

  incomingGetPacket({ id }: SessionOwner, { messageId = 0 }: { messageId?: number }): Promise<object> {
    return this.#incoming.get(id)?.has(messageId) === true
      ? Promise.resolve({ messageId })
      : Promise.reject(new Error('no such message'));
  }

  incomingDelPacket({ id }: SessionOwner, { messageId = 0 }: { messageId?: number }): Promise<void> {
    const incoming = this.#incoming.get(id);
    if (incoming?.delete(messageId) !== true) return Promise.reject(new Error('no such message'));
    if (incoming.size === 0) this.#incoming.delete(id);
    return Promise.resolve();
  }

  cleanIncoming({ id }: SessionOwner): Promise<void> {
    this.#incoming.delete(id);
    return Promise.resolve();
  }

  #make(id: string): Session {
    const session: Session = { subscriptions: new Map() };
    this.#sessions.set(id, session);
    for (const oldest of this.#sessions.keys()) {
      if (this.#sessions.size <= MAX_SESSIONS) break;
      this.#forget(oldest);
    }
    return session;
  }

  /** The first of a Map is the one inserted longest ago: the session least recently used. */
  #touch(id: string, session: Session): void {
    this.#sessions.delete(id);
    this.#sessions.set(id, session);
  }

  #forget(id: string): void {
    this.#sessions.delete(id);
    this.#incoming.delete(id);
  }
}
