/** Who acts, and what a role may do. */
import { type DashboardRole, ROLES } from '@longshore/config';

export type { DashboardRole };

/** Who acts. */
export interface Actor {
  /** The user, the name of the token, the system user; empty where no one signs in. */
  name: string;
  /** How that is known. `open`: a dashboard without sign-in. */
  kind: 'basic' | 'token' | 'proxy' | 'oidc' | 'open' | 'command';
  role: DashboardRole;
  /** Address of the client; of a command the host. */
  addr?: string;
}

/** Whether a role has the rights of another one. */
export const mayAct = (role: DashboardRole, needed: DashboardRole): boolean =>
  ROLES.indexOf(role) >= ROLES.indexOf(needed);

/** The highest role of a user's groups; undefined when none of them has one. `*` stands for every group and for none. */
export function roleOfGroups(
  groups: readonly string[],
  roles: Readonly<Record<DashboardRole, readonly string[]>>,
): DashboardRole | undefined {
  const isOf = (role: DashboardRole): boolean =>
    roles[role].some((group) => group === '*' || groups.includes(group));
  return ROLES.findLast(isOf);
}
