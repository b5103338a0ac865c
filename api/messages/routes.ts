import type { IdentityDeps } from '../auth/deps.ts';
import type { Api } from '../http/deps.ts';
import { registerDeliveries } from './deliveries.ts';
import { registerDeliveryFeed } from './delivery-feed.ts';
import { registerEndpoints } from './endpoints.ts';
import { registerInbox } from './inbox.ts';
import { registerPush } from './push.ts';
import { registerMessageSettings } from './settings.ts';

export function registerMessages(app: Api, deps: IdentityDeps): void {
  registerInbox(app, deps);
  registerMessageSettings(app, deps);
  registerPush(app, deps);
  registerEndpoints(app, deps);
  registerDeliveryFeed(app, deps);
  registerDeliveries(app, deps);
}
