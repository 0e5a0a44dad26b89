/** Users who have groups, from which their role follows. */

/** A user with groups. */
export interface GroupUser {
  name: string;
  groups: readonly string[];
}

/** A user with a session. */
export interface SessionUser extends GroupUser {
  /** How many groups the issuer sent, with a role or without. */
  groupCount: number;
}
