/**
 * `longshore send`: posts events to ingest as a registry does, and prints the response. Needs no configuration, but with
 * `--endpoint`, which sends a test to one endpoint.
 */
import { readFileSync } from 'node:fs';
import { EVENTS_V2, LongshoreError, parseJson, sampleEvent } from '@longshore/event';
import type { Command } from 'commander';
import type { Shell } from '../shell.js';
import { asCount, header, httpUrl, withConfig } from './options.js';

const DEFAULT_URL = 'http://127.0.0.1:5080/registry/notifications';

const EXAMPLES = `
Examples:
  $ longshore send --repository acme/app --tag 1.0
  $ longshore send --action delete --repository acme/app --digest sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
  $ longshore send --count 100
  $ longshore send --endpoint chat
  $ longshore send --file event.json --to http://127.0.0.1:5080/sources/harbor --header 'Authorization: Bearer s3cret'
`;

interface SendOptions {
  config: string;
  endpoint?: string;
  to: string;
  file?: string;
  action: string;
  repository: string;
  tag?: string;
  digest?: string;
  count: number;
  header: [string, string][];
  json?: boolean;
}

/** Adds the command. */
export function addSend(program: Command, shell: Shell): void {
  withConfig(program.command('send'), shell)
    .description('post a sample event to ingest, or send one to an endpoint, and print the response')
    .option('-e, --endpoint <name>', 'send a test to this endpoint alone, past its rules, in its format')
    .option('--to <url>', 'where to post', httpUrl, DEFAULT_URL)
    .option('--file <file>', 'file to post as it is, instead of a sample event')
    .option('--action <action>', 'action of the sample event', 'push')
    .option('--repository <name>', 'repository of the sample event', 'acme/app')
    .option(
      '--tag <tag>',
      'tag of the sample event (default: latest, unless --digest is given; with --endpoint longshore-test)',
    )
    .option('--digest <digest>', 'digest of the sample event')
    .option('--count <n>', 'how often; each sample event has its own id', asCount(), 1)
    .option('--header <header>', "request header 'Name: value', may be repeated", header, [])
    .option('--json', 'print one JSON object per answer')
    .addHelpText('after', EXAMPLES)
    .action(async (options: SendOptions, command: Command) => {
      if (options.endpoint !== undefined) {
        if (options.file !== undefined || options.count > 1 || options.header.length > 0)
          command.error('error: --file, --count and --header are for ingest; remove them, or --endpoint');
        const { sendTest } = await import('../operator/send-test.js');
        return shell.exitWith(await sendTest(options.endpoint, options, shell));
      }
      for (let n = 0; n < options.count; n++) shell.print(await post(options));
    });
}

async function post(options: SendOptions): Promise<string> {
  const body =
    options.file === undefined ? JSON.stringify({ events: [sampleEvent(options)] }) : read(options.file);
  const { got } = await import('got');
  try {
    const answer = await got.post(options.to, {
      body,
      headers: { 'content-type': EVENTS_V2, ...Object.fromEntries(options.header) },
      retry: { limit: 0 },
      timeout: { request: 30_000 },
      throwHttpErrors: false,
      followRedirect: false,
    });
    if (!answer.ok) throw failure(options.to, `answered ${answer.statusCode}: ${answer.body.trim()}`);
    if (options.json) return JSON.stringify({ status: answer.statusCode, body: parsed(answer.body) });
    return `${answer.statusCode} ${answer.statusMessage ?? ''} ${answer.body.trim()}`;
  } catch (error) {
    if (error instanceof LongshoreError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const hint =
      code === 'ECONNREFUSED'
        ? 'connection refused; is the relay running (longshore run)? If it listens elsewhere, add --to URL'
        : message;
    throw failure(options.to, hint);
  }
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw failure(file, `cannot be read: ${(error as Error).message}`);
  }
}

const failure = (url: string, reason: string): LongshoreError =>
  new LongshoreError('SEND_FAILED', `${url}: ${reason}`);

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}
