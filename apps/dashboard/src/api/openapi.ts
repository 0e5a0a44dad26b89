/** The OpenAPI document, generated from the routes and their schemas. */
import { ERRORS, type ErrorCode } from '@longshore/event';
import { answers } from '@longshore/operator/schemas';
import { z } from 'zod';
import { ROUTE_ROLES } from '../access/routes.js';
import { EXPORT_TYPES } from './export.js';
import type { Route } from './route.js';

/** Error codes, by the routes that may answer them. */
const PROBLEMS = {
  any: ['REQUEST_INVALID', 'REQUEST_UNAUTHORIZED', 'QUEUE_UNAVAILABLE'],
  archive: [
    ...(['REQUEST_INVALID', 'REQUEST_UNAUTHORIZED', 'ARCHIVE_UNAVAILABLE', 'ARCHIVE_SLOW'] as const),
    'ARCHIVE_OFF',
  ],
  named: ['REQUEST_NOT_FOUND'],
  change: ['REQUEST_REFUSED', 'REQUEST_TYPE'],
} as const;

const EXPORTS = Object.fromEntries(
  Object.values(EXPORT_TYPES).map((type) => [type, { schema: { type: 'string' } }]),
);

/** @param base path prefix of the routes */
export function openApi(routes: readonly Route[], base: string, version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route, base) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Longshore',
      version,
      description:
        'Everything that the dashboard shows and does. Changes are POST requests with Content-Type: application/json, which pages of other sites cannot send.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: base }],
    security: [{ basic: [] }, { token: [] }, {}],
    paths,
    components: {
      schemas: componentsOf(routes),
      securitySchemes: {
        basic: {
          type: 'http',
          scheme: 'basic',
          description: 'A user of `dashboard.auth.basic`, when there is one.',
        },
        token: { type: 'http', scheme: 'bearer', description: 'A token of `dashboard.auth.tokens`.' },
      },
    },
  };
}

function operationOf(route: Route, base: string): object {
  const { summary, description, body, status, answer } = route;
  const parameters = [...pathParameters(route), ...queryParameters(route)];
  return {
    operationId: operationId(route),
    summary,
    'x-longshore-role': ROUTE_ROLES.get(routeKey(route, base)),
    ...(description && { description }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: json(body) } }),
    responses: {
      [status]: { description: 'Success.', content: { ...json(answer), ...(route.export && EXPORTS) } },
      ...problemsOf(route),
    },
  };
}

/** As the table of routes names it. */
const routeKey = ({ method, path }: Route, base: string): string =>
  `${method.toUpperCase()} ${base}${path.replaceAll(/\{(\w+)\}/g, ':$1')}`;

function pathParameters({ path }: Route): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters({ query }: Route): object[] {
  if (!query) return [];
  return Object.entries(query.shape).map(([name, field]) => {
    const { description, ...schema } = schemaOf(field);
    const required = !z.safeParse(field, undefined).success;
    return { name, in: 'query', required, ...(description !== undefined && { description }), schema };
  });
}

function problemsOf(route: Route): Record<string, object> {
  const { any, archive, named, change } = PROBLEMS;
  if (route.path.startsWith('/archive/')) return problems(archive);
  const isNamed = route.path.includes('{') || route.query !== undefined || route.body !== undefined;
  const codes = [...any, ...(isNamed ? named : []), ...(route.method === 'get' ? [] : change)];
  return problems(codes);
}

const problems = (codes: readonly ErrorCode[]): Record<string, object> =>
  Object.fromEntries(
    codes.map((code) => [
      ERRORS[code].status,
      { description: `\`${code}\``, content: json(answers.problem) },
    ]),
  );

const operationId = ({ method, path }: Route): string =>
  method + path.replaceAll(/[/{}]+(\w)/g, (_, first: string) => first.toUpperCase()).replaceAll('}', '');

const json = (schema: z.ZodType): object => ({ 'application/json': { schema: schemaOf(schema) } });

/** The output of a schema: it equals the input except for defaults. Schemas with an id are in {@link componentsOf}. */
function schemaOf(schema: z.core.$ZodType): Record<string, unknown> {
  const {
    $schema: _dialect,
    $defs: _parts,
    ...rest
  } = z.toJSONSchema(schema, { io: 'output', override: plain });
  return referring(rest);
}

/** The schemas with an id, by it. */
function componentsOf(routes: readonly Route[]): Record<string, unknown> {
  const all = z.object(
    Object.fromEntries([answers.problem, ...routes.map(({ answer }) => answer)].map((one, n) => [n, one])),
  );
  const { $defs = {} } = z.toJSONSchema(all, { io: 'output', override: plain });
  return referring(
    Object.fromEntries(Object.entries($defs).map(([id, { id: _id, ...schema }]) => [id, schema])),
  );
}

/** Leaves out what only repeats the format, and the limits of JavaScript's numbers. */
function plain({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
}

/** zod's references are relative to the schema; those of the document start at its root. */
function referring(schemas: object): Record<string, unknown> {
  const text = JSON.stringify(schemas, (key, value) => (key === '$defs' ? undefined : value));
  return JSON.parse(text.replaceAll('"#/$defs/', '"#/components/schemas/'));
}
