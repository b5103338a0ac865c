import type { Api, ApiDeps } from '../http/deps.ts';
import { registerDeadLetters } from './dead-letters.ts';
import { registerHalts } from './halts.ts';
import { registerHealth } from './health.ts';
import { registerSettings } from './settings.ts';
import { registerStats } from './stats.ts';

export function registerOperations(app: Api, deps: ApiDeps): void {
  registerHalts(app, deps);
  registerDeadLetters(app, deps);
  registerSettings(app, deps);
  registerStats(app, deps);
  registerHealth(app, deps);
}
