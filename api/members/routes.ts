import type { IdentityDeps } from '../auth/deps.ts';
import type { Api } from '../http/deps.ts';
import { registerInvitations } from './invitations.ts';
import { registerMe } from './me.ts';
import { registerMembers } from './members.ts';
import { registerUsers } from './users.ts';

/** People: who they are, for whom they act, and who runs the installation. */
export function registerPeople(app: Api, deps: IdentityDeps): void {
  registerMe(app, deps);
  registerMembers(app, deps);
  registerInvitations(app, deps);
  registerUsers(app, deps);
}
