/** The clients whose pulls are to be computed. */
import type pg from 'pg';
import { atText } from '../../images/store/rows.js';

/** A client of a repository, or all of them. */
export interface DueClient {
  repositoryId: number;
  repository: string;
  source: string;
  addr: string;
  from: string;
  until: string;
  turn: number;
  version: number;
}

/** What is looked at in one turn; the rest is due in the next. */
const MOST = 200;

const DUE = `
  select d.repository_id as "repositoryId", r.name as repository, s.name as source, d.addr, ${atText('d.from_at')} as "from",
    ${atText('d.until_at')} as until, d.turn, d.version
  from pull_due d join repository r on r.id = d.repository_id join source s on s.id = r.source_id
  where d.due_at <= now() - $1 * interval '1 ms' order by d.due_at limit ${MOST}`;

/** The longest waiting first. @param grace milliseconds that events may be late. Rejects with the error of PostgreSQL */
export async function dueClients(pool: pg.Pool, grace: number): Promise<DueClient[]> {
  const { rows } = await pool.query<DueClient>(DUE, [grace]);
  return rows;
}

const DELAY = `update pull_due set due_at = now() + interval '60 seconds', turn = turn + 1
  where repository_id = $1 and addr = $2 and turn = $3`;

/** After a failure, so that the others have their turn. Rejects with the error of PostgreSQL. */
export async function delay(
  pool: pg.Pool,
  { repositoryId, addr, turn }: Pick<DueClient, 'repositoryId' | 'addr' | 'turn'>,
): Promise<void> {
  await pool.query(DELAY, [repositoryId, addr, turn]);
}
