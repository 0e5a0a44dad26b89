/** Reads jobs together with their bodies, each as of one moment: a body goes in the step that finishes its job. */
import { z } from 'zod';
import type { RedisClient } from '../connection.js';
import { runScriptBuffer, script } from '../script.js';
import { BODY_HEAD_BYTES, BODY_LUA } from './body-lua.js';

/** KEYS the job, ARGV names of fields. Returns the fields, then the body. */
const READ_JOB = script(`${BODY_LUA}
local fields = redis.call('HMGET', KEYS[1], unpack(ARGV))
local body = bodyOf(KEYS[1])
fields[#ARGV + 1] = body and redis.call('GET', body)
return fields
`);

/** KEYS the job. Returns the length of its data, and that of its body’s text in 4 bytes; empty without one. */
const SIZE = script(`${BODY_LUA}
local body = bodyOf(KEYS[1])
local head = body and redis.call('GETRANGE', body, 4, ${BODY_HEAD_BYTES - 1}) or ''
return { redis.call('HSTRLEN', KEYS[1], 'data'), head ~= '' and struct.unpack('>I4', head) or 0 }
`);

const aBuffer = z.custom<Buffer>((value) => Buffer.isBuffer(value));
const fieldsSchema = z.array(aBuffer.nullable());
const sizeSchema = z.tuple([z.number(), z.number()]);

/** Fields of a job, and its body. */
export interface JobFields {
  fields: (string | null)[];
  body: Buffer | null;
}

/** Of a job that is not there all fields are null. */
export async function readJob(
  client: RedisClient,
  key: string,
  names: readonly string[],
): Promise<JobFields> {
  return jobFields(await runScriptBuffer(client, READ_JOB, [key], names));
}

/** From the answer of a script: the fields, then the body. */
export function jobFields(answer: unknown): JobFields {
  const all = fieldsSchema.parse(answer);
  const fields = all.slice(0, -1).map((field) => field?.toString() ?? null);
  return { fields, body: all.at(-1) ?? null };
}

/** Bytes of what a job holds, as text: what reading it takes of this process. */
export async function jobBytes(client: RedisClient, key: string): Promise<number> {
  const [data, text] = sizeSchema.parse(await runScriptBuffer(client, SIZE, [key], []));
  return data + text;
}
