/** The dictionary of the history: endpoints, sources, repositories and reasons as numbers. */
import type pg from 'pg';

/** Gives the ids of words, and makes those that are missing. */
export interface Words {
  /** Rejects with the error of PostgreSQL. */
  ids(words: ReadonlySet<string>): Promise<ReadonlyMap<string, number>>;
}

/** A process that copies for years meets more repositories than it should remember. */
const REMEMBERED = 50_000;

/** Outside of any transaction: a word that stays without a row is of no harm, and waits for no other process. */
export function createWords(pool: pg.Pool): Words {
  const known = new Map<string, number>();

  const read = async (words: readonly string[]): Promise<void> => {
    const { rows } = await pool.query('select id, word from history_word where word = any($1::text[])', [
      words,
    ]);
    for (const { id, word } of rows) known.set(word, id);
  };

  return {
    async ids(words) {
      if (known.size > REMEMBERED) known.clear();
      const missing = (): string[] => [...words].filter((word) => !known.has(word));
      if (missing().length > 0) await read(missing());
      if (missing().length > 0) {
        await pool.query(
          'insert into history_word (word) select unnest($1::text[]) order by 1 on conflict do nothing',
          [missing()],
        );
        await read(missing());
      }
      return known;
    },
  };
}
