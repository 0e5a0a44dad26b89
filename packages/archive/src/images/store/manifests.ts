/** What is known of manifests: from events, and from the registry where it was asked. */
import type pg from 'pg';
import { digestBytes, digestText } from '../../db/digest.js';
import { LABEL_KINDS, type ManifestRef } from '../../db/tables.js';
import { columnText } from '../../write/text.js';
import { artifactOf, isIndex } from '../artifacts.js';
import { ARTIFACTS, type ManifestFacts } from '../types.js';

/** An index within an index. */
const MOST_LEVELS = 3;

const READ = `
  select m.digest, m.size, m.refs, m.platform, m.subject, m.read, m.artifact_type as "artifactType", l.name as "mediaType"
  from manifest m left join label l on l.id = m.media_type_id
  where m.repository_id = any($1::int[]) and m.digest = any($2::bytea[])
  order by m.refs is null, m.repository_id`;

interface ManifestRow {
  digest: Buffer;
  size: number | null;
  refs: ManifestRef[] | null;
  platform: string | null;
  subject: Buffer | null;
  read: boolean;
  artifactType: string | null;
  mediaType: string | null;
}

/** Those of the digests that are manifests, and what they list. Rejects with the error of PostgreSQL. */
export async function manifestsOf(
  pool: pg.Pool,
  repositories: readonly number[],
  digests: ReadonlySet<string>,
): Promise<Map<string, ManifestFacts>> {
  const found = new Map<string, ManifestFacts>();
  let wanted = [...digests];
  for (let level = 0; level <= MOST_LEVELS && wanted.length > 0; level++) {
    const { rows } = await pool.query<ManifestRow>(READ, [repositories, wanted.map(digestBytes)]);
    for (const row of rows) {
      const digest = digestText(row.digest);
      if (!found.has(digest)) found.set(digest, factsOf(row));
    }
    const listed = wanted.flatMap((digest) => {
      const manifest = found.get(digest);
      return isIndex(manifest) ? (manifest?.references ?? []).map((reference) => reference.digest) : [];
    });
    wanted = [...new Set(listed)].filter((digest) => !found.has(digest));
  }
  return found;
}

function factsOf({
  size,
  refs,
  platform,
  subject,
  read,
  artifactType,
  mediaType,
}: ManifestRow): ManifestFacts {
  return {
    ...(mediaType !== null && { mediaType }),
    ...(size !== null && { size }),
    ...(artifactType !== null && { artifactType }),
    ...(subject && { subject: digestText(subject) }),
    ...(platform !== null && { platform }),
    ...(refs && { references: refs }),
    read,
  };
}

const LABEL = `
  with added as (insert into label (kind, name) values (${LABEL_KINDS.mediaType}, $1) on conflict do nothing returning id)
  select id from added union all select id from label where kind = ${LABEL_KINDS.mediaType} and name = $1 limit 1`;

/** The registry's answer has more in it than events. */
const SAVE = `
  insert into manifest as m (repository_id, digest, media_type_id, size, refs, platform, subject, artifact, artifact_type, read)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, true)
  on conflict (repository_id, digest) do update set
    media_type_id = coalesce(m.media_type_id, excluded.media_type_id), size = coalesce(m.size, excluded.size),
    refs = coalesce(excluded.refs, m.refs), platform = coalesce(excluded.platform, m.platform),
    subject = coalesce(excluded.subject, m.subject), artifact = coalesce(excluded.artifact, m.artifact),
    artifact_type = coalesce(excluded.artifact_type, m.artifact_type), read = true`;

/** Keeps what a registry answered. Rejects with the error of PostgreSQL. */
export async function saveManifest(
  pool: pg.Pool,
  repository: number,
  digest: string,
  facts: ManifestFacts,
): Promise<void> {
  const { mediaType, size, references, platform, subject, artifactType } = facts;
  const type = textOf(mediaType);
  const label = type === null ? undefined : await pool.query<{ id: number }>(LABEL, [type]);
  await pool.query(SAVE, [
    repository,
    digestBytes(digest),
    label?.rows[0]?.id ?? null,
    size ?? null,
    references ? JSON.stringify(references, withText) : null,
    textOf(platform),
    subject === undefined ? null : digestBytes(subject),
    references ? ARTIFACTS.indexOf(artifactOf(facts)) : null,
    textOf(artifactType),
  ]);
}

/** A manifest says what its pusher wrote. */
const textOf = (text: string | undefined): string | null => (text === undefined ? null : columnText(text));

const withText = (_name: string, value: unknown): unknown =>
  typeof value === 'string' ? columnText(value) : value;
