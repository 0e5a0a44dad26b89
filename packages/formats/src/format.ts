/**
 * The port of this package: a form in which a receiver takes events. It is the reverse of a kind of source: what
 * `render` writes, the kind of the same form reads.
 *
 * A format decides a request's body, media type and headers, and what its receiver's answers mean. It never changes an
 * event, and throws nothing but a TemplateFault, which is the same at every attempt.
 */
import type { Delivery, Needs } from '@longshore/event';
import type { z } from 'zod';
import type { Answers } from './answers.js';
import type { Template } from './template/compile.js';

/** Settings of the endpoint and of the relay that change a request. */
export interface RenderOptions {
  /** Adds where the event came from, in formats that have a place for it. */
  annotate: boolean;
  /** Stands in the place of the registry's host in names of images. */
  host?: string;
  /** Address of the dashboard, for formats that link to it. */
  dashboard?: string;
  /** Values of {@link Format.options}. */
  settings?: Readonly<Record<string, unknown>>;
  /** Of format `template`. */
  template?: Template;
}

/** Which setting offers a format: `format` of an endpoint, or `format` of a receiver of alerts. */
export type Offer = 'endpoints' | 'alerts';

/** See the header. */
export interface Format {
  /** As in the configuration. Also the name of the folder. */
  readonly name: string;
  /** For the configuration page: what the body is, in a few words. */
  readonly summary: string;
  readonly offeredTo: readonly Offer[];
  readonly needs: Needs;
  /** `needs` is a default for pushes alone: it does not hold where the endpoint says itself which events it takes. */
  readonly widens?: boolean;
  /** May one body hold several events? Absent: it holds one. */
  batches?(options: RenderOptions): boolean;
  /** The endpoint's `timeout` unless it has one, in milliseconds. Absent: the registry's. */
  readonly timeoutMs?: number;
  /** What an answer means. Absent: as for the registry's own notifications. */
  readonly answers?: Answers;
  /** Settings that this format alone has, each with its schema. Absent: it has none. */
  readonly options?: Readonly<Record<string, z.ZodType>>;
  /** Which of {@link options} must be there. Absent: none. */
  readonly requires?: readonly string[];
  /** Media type of a body with this event. Events of different media types are never in one body. */
  contentType(delivery: Delivery, options: RenderOptions): string;
  /** Further headers of a request with these events. Absent: none. */
  headers?(deliveries: readonly Delivery[], options: RenderOptions): Readonly<Record<string, string>>;
  /** Path and query of a request with this event, as they are sent. Absent, or undefined: the url's. */
  path?(delivery: Delivery, options: RenderOptions): string | undefined;
  /**
   * The body: of one event, or of several where the format `batches`.
   * @returns undefined when this version can read no event in one of the deliveries
   */
  render(deliveries: readonly Delivery[], options: RenderOptions): Buffer | undefined;
}
