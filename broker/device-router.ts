import { Aedes, type AedesOptions, type Client, type PublishPacket } from 'aedes';

type Done = (error?: Error) => void;

/**
 * aedes for devices that talk only to the platform: what a device publishes ends in the database, nobody
 * may subscribe to it, so it is not routed, retained or queued. Commands go straight to their device
 * (command-delivery.ts). That also keeps a device that does not read from holding up the readings of others.
 */
export class DeviceRouter extends Aedes {
  static async start(options: AedesOptions): Promise<DeviceRouter> {
    const router = new DeviceRouter(options);
    await router.listen();
    return router;
  }

  override publish(_packet: PublishPacket, client: Client | Done | null, done?: Done): void {
    const finished = typeof client === 'function' ? client : done;
    finished?.();
  }
}
