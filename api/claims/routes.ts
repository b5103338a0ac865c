import type { IdentityDeps } from '../auth/deps.ts';
import type { Api } from '../http/deps.ts';
import { registerClaim } from './claim.ts';
import { registerClaimCodes } from './claim-codes.ts';
import { registerRelease } from './release.ts';

/** How devices come to their customers, and leave them. */
export function registerClaims(app: Api, deps: IdentityDeps): void {
  registerClaim(app, deps);
  registerClaimCodes(app, deps);
  registerRelease(app, deps);
}
