/** One route of the API: its words, what goes in and what comes out, as zod schemas, and what it does. */
import type { z } from 'zod';

/** What a route is given, read and checked. */
export interface Given<Query extends z.ZodObject, Body extends z.ZodObject> {
  /** The path's parameters, decoded. */
  params: Readonly<Record<string, string>>;
  query: z.output<Query>;
  body: z.output<Body>;
}

/** A route as the router and the document read it. */
export interface Route {
  method: 'get' | 'post';
  /** Below `/api/v1`; parameters as `{name}`. */
  path: string;
  summary: string;
  description?: string;
  query?: z.ZodObject;
  body?: z.ZodObject;
  /** Status when all went well. */
  status: 200 | 202;
  answer: z.ZodType;
  /** @param given as `query` and `body` describe it */
  handle(given: {
    params: Readonly<Record<string, string>>;
    query: unknown;
    body: unknown;
  }): Promise<unknown>;
}

interface Written<Query extends z.ZodObject, Body extends z.ZodObject, Answer extends z.ZodType>
  extends Omit<Route, 'query' | 'body' | 'answer' | 'status' | 'handle'> {
  query?: Query;
  body?: Body;
  status?: Route['status'];
  answer: Answer;
  handle(given: Given<Query, Body>): Promise<z.input<Answer>>;
}

/** Lets the compiler see that what a route does fits what it says. */
export function route<Query extends z.ZodObject, Body extends z.ZodObject, Answer extends z.ZodType>({
  status = 200,
  ...written
}: Written<Query, Body, Answer>): Route {
  // The router parses with these very schemas before it calls.
  return { ...written, status, handle: (given) => written.handle(given as Given<Query, Body>) };
}
