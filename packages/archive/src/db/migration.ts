/** One step of the schema. Never changed once it is released: a change is another step. */
export interface Migration {
  /** Counts from 1, without gaps. */
  id: number;
  name: string;
  /** Run in one transaction, with the schema `longshore` first in the search path. */
  sql: string;
}
