/**
 * The schema for readers: the configuration page, and the JSON Schema by which editors check and complete a
 * file. Both describe what may be written, not what it is turned into. scripts/gen-reference.mjs writes them.
 */

import { shapeOf, wordsOf } from '@longshore/settings/shape';
import { z } from 'zod';
import { ANY_INDEX, type ListedSetting, listSettings, variableOf, writtenPath } from './listing.js';
import { EXTENSION } from './reading.js';
import { settings } from './schema.js';

const INTRODUCTION = `# Configuration

<!-- Made by scripts/gen-reference.mjs from packages/config/src/schema.ts. Change it there. -->

One YAML file: \`longshore run --config FILE\`. \`longshore check FILE\` validates it and warns of
likely mistakes. A registry's own \`config.yml\` is accepted unchanged; only its \`notifications\` are read. For editors:

\`\`\`yaml
# yaml-language-server: $schema=./longshore.schema.json
\`\`\`

[longshore.example.yml](longshore.example.yml) shows every setting in use.

| what | how it is written |
| --- | --- |
| duration | Go's: \`500ms\`, \`5s\`, \`1m30s\`, \`24h\`. A number without a unit is an error; inside \`notifications\` it is nanoseconds, as in the registry, with a warning |
| bytes | \`32MiB\`, \`500MB\`, or a number of bytes |
| true or false | as in YAML 1.1: also \`yes\`, \`no\`, \`on\`, \`off\` |
| secret | \`env:NAME\` (a variable), \`file:/path\` (the file's text without its final line break), or the value itself. A reference must be the whole value |
| anchors | YAML anchors, aliases and merge keys (\`<<: *base\`, \`<<: [*one, *two]\`, first in its map). Top-level keys that start with \`x-\` can hold anchors and are otherwise ignored |
| host:port | \`127.0.0.1:5080\`, \`:5080\` (all addresses), \`[::1]:5080\`; port 0 uses a free port |
| variable | overrides the file. \`0\` in its name is the index of the element (the next index adds one), \`NAME\` a key in upper case with \`_\` for all other characters than letters and digits. Lists are \`a, b\` or \`[a, b]\`. An empty variable is ignored |
`;

/** \`docs/reference/configuration.md\` */
export function configurationPage(): string {
  const sections = new Map<string, ListedSetting[]>();
  for (const listed of listSettings(settings)) {
    const section = sectionOf(listed.path);
    sections.set(section, [...(sections.get(section) ?? []), listed]);
  }
  const parts = [...sections].map(([section, listed]) => sectionPart(section, listed));
  return [INTRODUCTION, ...parts].join('\n');
}

/** Settings are shown in the table of the nearest list of maps, else of their first key. */
function sectionOf(path: readonly string[]): string {
  const list = path.lastIndexOf(ANY_INDEX);
  if (list !== -1) return writtenPath(path.slice(0, list + 1));
  return path.length > 1 ? (path[0] ?? '') : '';
}

function sectionPart(section: string, listed: ListedSetting[]): string {
  const rows = listed.map((one) => row(one, section));
  const head = section === '' ? '## Top level' : `## ${section}\n\n${introduction(section)}`;
  return `${head.trim()}\n\n| key | type | default | variable | description |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

function introduction(section: string): string {
  let schema: z.ZodType | undefined = settings;
  for (const key of section.replaceAll('[]', '').split('.')) {
    const shape: ReturnType<typeof shapeOf> | undefined = schema && shapeOf(schema);
    schema = shape?.type === 'map' ? shape.keys[key] : undefined;
  }
  return schema === undefined ? '' : wordsOf(schema);
}

function row({ path, kind, list, fallback, words }: ListedSetting, section: string): string {
  const key = writtenPath(path).slice(section === '' ? 0 : section.length + 1);
  const type =
    list === undefined ? kind.words : `${list.scalarOk ? 'one or a list of' : 'list of'}: ${kind.words}`;
  const standard =
    fallback === undefined || fallback === '' ? '' : code(JSON.stringify(fallback).replaceAll('"', ''));
  const variable = variableOf(path);
  return `| ${[code(key), type, standard, variable ? code(variable) : '', words].map(cell).join(' | ')} |`;
}

const code = (text: string): string => `\`${text}\``;
const cell = (text: string): string => text.replaceAll('|', '\\|');

/** \`docs/reference/longshore.schema.json\`, in the draft that editors know best. */
export function jsonSchema(): object {
  return z.toJSONSchema(settings, {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema: json }) {
      if (zodSchema instanceof z.ZodArray) allowScalar(zodSchema, json);
      if (zodSchema instanceof z.ZodObject) allowShorthand(zodSchema, json);
      if (zodSchema === settings) json.patternProperties = { [EXTENSION.source]: {} };
      // A setting that has to be written has no default to offer.
      if (json.default === '') Reflect.deleteProperty(json, 'default');
    },
  });
}

/** A list in which one value may be written without brackets. */
function allowScalar(schema: z.ZodType, json: z.core.JSONSchema.BaseSchema): void {
  const shape = shapeOf(schema);
  if (shape.type !== 'list' || !shape.scalarOk) return;
  const { items, description } = json;
  for (const key of Object.keys(json)) Reflect.deleteProperty(json, key);
  Object.assign(json, {
    ...(description && { description }),
    anyOf: [items, { type: 'array', items, minItems: 1 }],
  });
}

/** A map of which one key's value may stand alone. */
function allowShorthand(schema: z.ZodType, json: z.core.JSONSchema.BaseSchema): void {
  const shape = shapeOf(schema);
  const alone =
    shape.type === 'map' && shape.shorthandKey !== undefined && json.properties?.[shape.shorthandKey];
  if (!alone || typeof alone === 'boolean') return;
  const { description, ...map } = json;
  for (const key of Object.keys(json)) Reflect.deleteProperty(json, key);
  Object.assign(json, { ...(description && { description }), anyOf: [{ ...alone }, map] });
}
