/**
 * What can be set for a source beyond its name, kind and secrets: things that its sender does not say, and
 * the few places where one cannot know what it means. A kind names the options that it reads.
 */
import type { Action } from '@longshore/event';

/** What becomes of an event: one of the registry's actions, `other`, or nothing. */
export type Meaning = Action | 'other' | 'ignore';

/** Where a CloudEvent says what: JSON pointers into the event, `/data/image/name`. */
export type FieldPointers = Readonly<
  Partial<Record<'repository' | 'tag' | 'digest' | 'mediatype' | 'size' | 'host' | 'actor', string>>
>;

/** Options of a source, by the names that they have in the configuration. All may be absent. */
export interface SourceOptions {
  /** `host[:port]` of the registry, for senders that do not name it, or name another than its users do. */
  host?: string;
  /** nexus: true puts Nexus’ own repository in front: `docker-hosted/team/api`. */
  repositoryprefix?: boolean;
  /** nexus: what UPDATED of a manifest means; Nexus says it for a push of a known tag and for a download. */
  updated?: 'push' | 'pull' | 'other' | 'ignore';
  /** jfrog: what a promotion means. */
  promoted?: 'push' | 'other';
  /** cloudevents: what each `type` means; the longest that ends in `*` counts where none is equal. */
  types?: Readonly<Record<string, Meaning>>;
  /** cloudevents: where in an event its fields are. */
  fields?: FieldPointers;
}
