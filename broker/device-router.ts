import { Aedes, type AedesOptions, type Client, type PublishPacket } from 'aedes';
import { TOPIC_ROOT } from '../contracts/mqtt.ts';

type Done = (error?: Error) => void;

const isCommand = (topic: string): boolean =>
  topic.startsWith(`${TOPIC_ROOT}/`) && topic.endsWith('/command');

/**
 * aedes for devices that talk only to the platform: what a device publishes ends in the database, nobody
 * may subscribe to it, so it is not routed, retained or queued. Only commands travel, to their device.
 * That also keeps a device that does not read its commands from holding up the readings of others.
 */
export class DeviceRouter extends Aedes {
  static async start(options: AedesOptions): Promise<DeviceRouter> {
    const router = new DeviceRouter(options);
    await router.listen();
    return router;
  }

  override publish(packet: PublishPacket, client: Client | Done | null, done?: Done): void {
    const fromPlatform = client === null || typeof client === 'function';
    const finished = typeof client === 'function' ? client : done;
    if (fromPlatform && isCommand(packet.topic)) {
      super.publish(packet, finished ?? (() => undefined));
      return;
    }
    finished?.();
  }
}
