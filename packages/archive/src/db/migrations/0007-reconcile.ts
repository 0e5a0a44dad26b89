import type { Migration } from '../migration.js';

/** What comparisons with the registries remember between runs. */
export const reconcile: Migration = {
  id: 7,
  name: 'reconcile',
  sql: `
-- The first comparison of a source is its baseline. unread: repositories that could not be read then.
create table reconcile_source (
  source_id smallint primary key,
  baseline_at timestamptz not null,
  looked_at timestamptz not null,
  unread jsonb not null);

-- A tag that a comparison found to be another than the archive says: first seen at, healed at.
create table reconcile_doubt (
  source_id smallint not null,
  repository text not null,
  tag text not null,
  kind text not null,
  digest text,
  since timestamptz,
  seen_at timestamptz not null,
  healed_at timestamptz,
  primary key (source_id, repository, tag));
`,
};
