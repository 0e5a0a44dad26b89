/**
 * What Vector and Fluent Bit post with the samples of `infra/logs`, since neither can be had here: the samples are read,
 * and lines are put into the form that the agents' documents give for those settings.
 */
import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { parse } from 'yaml';

/** The agents read it from their environment. */
const PLACEHOLDER = `$${'{LOG_TOKEN}'}`;

/** A request of an agent. */
export interface AgentRequest {
  path: string;
  headers: Record<string, string>;
  body: string;
}

const sample = async (name: string): Promise<unknown> =>
  parse(await readFile(new URL(`../../../infra/logs/${name}`, import.meta.url), 'utf8'));

/** Codec `text` with `newline_delimited`: the lines as they are. */
export async function vectorRequest(lines: readonly string[], token: string): Promise<AgentRequest> {
  const { sinks } = (await sample('vector.yaml')) as { sinks: { longshore: Record<string, unknown> } };
  const { uri, type, method, auth, framing, encoding, request } = sinks.longshore;
  expect({ type, method, auth, framing, encoding }).toEqual({
    type: 'http',
    method: 'post',
    auth: { strategy: 'bearer', token: PLACEHOLDER },
    framing: { method: 'newline_delimited' },
    encoding: { codec: 'text' },
  });
  const { headers } = request as { headers: Record<string, string> };
  return {
    path: new URL(String(uri)).pathname,
    headers: { ...headers, authorization: `Bearer ${token}` },
    body: lines.join('\n'),
  };
}

/** Format `json_lines`: an object for each line, which is its `log`, with the time at which it was read. */
export async function fluentBitRequest(lines: readonly string[], token: string): Promise<AgentRequest> {
  const { pipeline } = (await sample('fluent-bit.yaml')) as {
    pipeline: { outputs: { name: string; uri: string; format: string; header: string[] }[] };
  };
  const [output] = pipeline.outputs;
  expect(output).toMatchObject({ name: 'http', format: 'json_lines' });
  const [name = '', ...value] = (output?.header[0] ?? '').split(' ');
  return {
    path: output?.uri ?? '',
    headers: {
      'content-type': 'application/x-ndjson',
      [name]: value.join(' ').replace(PLACEHOLDER, token),
    },
    body: `${lines.map((log) => JSON.stringify({ date: 1_773_480_414.25, log })).join('\n')}\n`,
  };
}
