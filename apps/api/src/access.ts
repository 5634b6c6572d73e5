/** Where routes of before look for it; a new one imports from `access/` itself. */
export { accountOf, actorOf, feederOf, heldOf, principalOf } from "./access/principal.ts";
export type { Principal } from "./access/principal.ts";
