import type { Api, ApiDeps } from '../http/deps.ts';
import { registerDemand } from './demand.ts';
import { registerLists } from './lists/routes.ts';
import { registerReports } from './reports.ts';
import { registerToday } from './today.ts';

/** The console's own reads; what it changes, it changes through the routes that everybody uses. */
export function registerOps(app: Api, deps: ApiDeps): void {
  registerToday(app, deps);
  registerLists(app, deps);
  registerDemand(app, deps);
  registerReports(app, deps);
}
