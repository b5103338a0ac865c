import type { Api, ApiDeps } from '../http/deps.ts';
import { registerDemand } from './demand.ts';
import { registerDevicePage } from './device-page.ts';
import { registerJobs } from './jobs.ts';
import { registerLists } from './lists/routes.ts';
import { registerOrderPage } from './order-page.ts';
import { registerReports } from './reports.ts';
import { registerShadows } from './shadows.ts';
import { registerThresholds } from './thresholds.ts';
import { registerToday } from './today.ts';
import { registerWebhookOverview } from './webhooks.ts';

/** The console's own reads; what it changes, it changes through the routes that everybody uses. */
export function registerOps(app: Api, deps: ApiDeps): void {
  registerToday(app, deps);
  registerLists(app, deps);
  registerOrderPage(app, deps);
  registerDevicePage(app, deps);
  registerJobs(app, deps);
  registerDemand(app, deps);
  registerReports(app, deps);
  registerThresholds(app, deps);
  registerShadows(app, deps);
  registerWebhookOverview(app, deps);
}
