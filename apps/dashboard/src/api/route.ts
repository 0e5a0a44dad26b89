/** One route of the API: its description, the zod schemas of its input and output, and its handler. */
import type { Actor } from '@longshore/operator/access';
import type { z } from 'zod';

/** The input of a route, parsed and checked. */
export interface RouteInput<Query extends z.ZodObject, Body extends z.ZodObject> {
  /** The path's parameters, decoded. */
  params: Readonly<Record<string, string>>;
  query: z.output<Query>;
  body: z.output<Body>;
  /** Who sent it; may use the route. */
  actor: Actor;
  /** Aborts when the client is gone. */
  signal: AbortSignal;
}

/** A list as a stream, for CSV and NDJSON: every item that matches, without pages. */
export interface Export {
  /** Of the file: `events`. */
  name: string;
  /** Of the CSV: names of fields. */
  columns: readonly string[];
  items: AsyncIterable<readonly object[]>;
}

/** A route, for the router and the OpenAPI document. */
export interface Route {
  method: 'get' | 'post';
  /** Below `/api/v1`; parameters as `{name}`. */
  path: string;
  summary: string;
  description?: string;
  query?: z.ZodObject;
  body?: z.ZodObject;
  /** Status on success. */
  status: 200 | 202;
  answer: z.ZodType;
  /** @param input as `query` and `body` describe it */
  handle(input: AnyInput): Promise<unknown>;
  /** Of a list that is exported: `query` has `format` then. */
  export?(input: AnyInput): Export;
}

interface AnyInput extends Pick<RouteInput<z.ZodObject, z.ZodObject>, 'params' | 'actor' | 'signal'> {
  query: unknown;
  body: unknown;
}

interface RouteDefinition<Query extends z.ZodObject, Body extends z.ZodObject, Answer extends z.ZodType>
  extends Omit<Route, 'query' | 'body' | 'answer' | 'status' | 'handle' | 'export'> {
  query?: Query;
  body?: Body;
  status?: Route['status'];
  answer: Answer;
  handle(input: RouteInput<Query, Body>): Promise<z.input<Answer>>;
  export?(input: RouteInput<Query, Body>): Export;
}

/** Makes the compiler check a handler against its schemas. */
export function route<Query extends z.ZodObject, Body extends z.ZodObject, Answer extends z.ZodType>({
  status = 200,
  ...definition
}: RouteDefinition<Query, Body, Answer>): Route {
  // The router parses with these schemas before it calls.
  const { handle, export: exported, ...rest } = definition;
  return {
    ...{ ...rest, status },
    handle: (input) => handle(input as RouteInput<Query, Body>),
    ...(exported && { export: (input) => exported(input as RouteInput<Query, Body>) }),
  };
}
