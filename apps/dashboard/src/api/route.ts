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
  handle(input: {
    params: Readonly<Record<string, string>>;
    query: unknown;
    body: unknown;
    actor: Actor;
  }): Promise<unknown>;
}

interface RouteDefinition<Query extends z.ZodObject, Body extends z.ZodObject, Answer extends z.ZodType>
  extends Omit<Route, 'query' | 'body' | 'answer' | 'status' | 'handle'> {
  query?: Query;
  body?: Body;
  status?: Route['status'];
  answer: Answer;
  handle(input: RouteInput<Query, Body>): Promise<z.input<Answer>>;
}

/** Makes the compiler check a handler against its schemas. */
export function route<Query extends z.ZodObject, Body extends z.ZodObject, Answer extends z.ZodType>({
  status = 200,
  ...definition
}: RouteDefinition<Query, Body, Answer>): Route {
  // The router parses with these schemas before it calls.
  return { ...definition, status, handle: (input) => definition.handle(input as RouteInput<Query, Body>) };
}
