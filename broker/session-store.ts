import { Readable } from 'node:stream';
import type { AedesPublishPacket, Subscription } from 'aedes';

/** Sessions that outlive their connection, for the devices that asked for it. */
const MAX_SESSIONS = 20_000;
/** Commands that wait for a device that is away; of an order's status only the last few matter. */
const MAX_QUEUED_COMMANDS = 20;
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
  outgoing: AedesPublishPacket[];
}

/**
 * What MQTT calls session state, in memory and bounded. Nothing is retained, because no device may
 * subscribe to anything but its own commands; wills of other brokers are theirs.
 *
 * A stored session without subscriptions is still a session [MQTT-3.2.2-2]; aedes tells the device so only
 * when it gets a subscription back, hence the placeholder, which the ACL refuses like any foreign topic.
 */
export class SessionStore {
  static readonly PLACEHOLDER: Subscription = { topic: '$session', qos: 0 };
  readonly #sessions = new Map<string, Session>();
  readonly #subscribers = new Map<string, Set<string>>();
  readonly #incoming = new Map<string, Set<number>>();
  readonly #isAllowed: (clientId: string, filter: string) => boolean;

  constructor(isAllowed: (clientId: string, filter: string) => boolean) {
    this.#isAllowed = isAllowed;
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
      const subscribers = this.#subscribers.get(topic) ?? new Set<string>();
      this.#subscribers.set(topic, subscribers.add(id));
    }
    return Promise.resolve();
  }

  removeSubscriptions({ id }: SessionOwner, topics: readonly string[]): Promise<void> {
    const session = this.#sessions.get(id);
    for (const topic of topics) {
      session?.subscriptions.delete(topic);
      this.#unsubscribe(id, topic);
    }
    return Promise.resolve();
  }

  subscriptionsByTopic(topic: string): Promise<{ clientId: string; topic: string; qos: number }[]> {
    const ids = [...(this.#subscribers.get(topic) ?? [])];
    const found = ids.map((clientId) => ({
      clientId,
      topic,
      qos: this.#sessions.get(clientId)?.subscriptions.get(topic) ?? 0,
    }));
    return Promise.resolve(found.filter(({ qos }) => qos > 0));
  }

  outgoingEnqueue({ clientId }: { clientId: string }, packet: AedesPublishPacket): Promise<void> {
    const session = this.#sessions.get(clientId);
    if (session !== undefined) {
      session.outgoing.push({ ...packet });
      // The oldest is the one that says least about now.
      if (session.outgoing.length > MAX_QUEUED_COMMANDS) session.outgoing.shift();
    }
    return Promise.resolve();
  }

  async outgoingEnqueueCombi(
    subscribers: readonly { clientId: string }[],
    packet: AedesPublishPacket,
  ): Promise<void> {
    for (const subscriber of subscribers) await this.outgoingEnqueue(subscriber, packet);
  }

  outgoingUpdate({ id }: SessionOwner, packet: AedesPublishPacket): Promise<void> {
    const outgoing = this.#sessions.get(id)?.outgoing ?? [];
    const index = outgoing.findIndex((queued) =>
      packet.brokerId !== undefined && queued.brokerCounter === packet.brokerCounter
        ? queued.brokerId === packet.brokerId
        : queued.messageId !== undefined && queued.messageId === packet.messageId,
    );
    const queued = outgoing[index];
    if (queued === undefined) return Promise.reject(new Error('the command is no longer queued'));
    if (packet.cmd === 'publish' && packet.messageId !== undefined) queued.messageId = packet.messageId;
    else outgoing[index] = packet;
    return Promise.resolve();
  }

  outgoingClearMessageId({ id }: SessionOwner, packet: { messageId?: number }): Promise<unknown> {
    const session = this.#sessions.get(id);
    const index = session?.outgoing.findIndex(({ messageId }) => messageId === packet.messageId) ?? -1;
    return Promise.resolve(index < 0 ? undefined : session?.outgoing.splice(index, 1)[0]);
  }

  /** What was sent before keeps its identifier and is marked as sent again [MQTT-3.3.1-1, 4.4.0-1]. */
  outgoingStream({ id }: SessionOwner): Readable {
    const outgoing = this.#sessions.get(id)?.outgoing ?? [];
    return Readable.from(
      outgoing.map((packet) => ({
        ...packet,
        dup: packet.cmd === 'publish' && packet.messageId !== undefined,
      })),
    );
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
    const session: Session = { subscriptions: new Map(), outgoing: [] };
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
    for (const topic of this.#sessions.get(id)?.subscriptions.keys() ?? []) this.#unsubscribe(id, topic);
    this.#sessions.delete(id);
    this.#incoming.delete(id);
  }

  #unsubscribe(id: string, topic: string): void {
    const subscribers = this.#subscribers.get(topic);
    subscribers?.delete(id);
    if (subscribers?.size === 0) this.#subscribers.delete(topic);
  }
}
