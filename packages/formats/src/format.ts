/**
 * The port of this package: a form in which a receiver takes events. It is the reverse of a kind of source: what
 * `render` writes, the kind of the same form reads.
 *
 * A format decides nothing about a request but its body and media type. It never throws and never changes an event.
 */
import type { Delivery } from '@longshore/event';

/** What an event must have for a format. An event that lacks some of it is ignored by the rule `format`. */
export interface Needs {
  /** The event is one of these. Absent: any. */
  actions?: readonly string[];
  /** The event has each of these. Absent: none. */
  fields?: readonly ('repository' | 'tag' | 'digest' | 'mediaType')[];
}

/** Settings of the endpoint that change a body. */
export interface RenderOptions {
  /** Adds where the event came from, in formats that have a place for it. */
  annotate: boolean;
}

/** See the header. */
export interface Format {
  /** As in the configuration. Also the name of the folder. */
  readonly name: string;
  /** For the configuration page: what the body is, in a few words. */
  readonly summary: string;
  /** Which setting offers it: `format` of an endpoint, or `format` of a receiver of alerts. */
  readonly offeredTo: 'endpoints' | 'alerts';
  readonly needs: Needs;
  /** One body may hold several events. */
  readonly batches: boolean;
  /** Media type of a body with this event. Events of different media types are never in one body. */
  contentType(delivery: Delivery): string;
  /**
   * The body: of one event, or of several where the format `batches`.
   * @returns undefined when this version can read no event in one of the deliveries
   */
  render(deliveries: readonly Delivery[], options: RenderOptions): Buffer | undefined;
}
