/** Amazon SQS over HTTP, signed with Signature Version 4. Delivered when SQS has answered with the id of the message. */
import { createHash } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';
import type { Sink } from '../../sink.js';
import type { BrokerOptions, Message } from '../driver.js';
import { BrokerFault } from '../fault.js';
import { type CloudAnswer, openCloud, textIn } from '../http-session.js';
import { FACTS } from '../kinds.js';

/** What an endpoint of kind sqs is opened with. */
export interface SqsOptions extends BrokerOptions {
  /** Default: as the host of the url says. */
  region?: string;
  accesskeyid?: string;
  secretaccesskey?: string;
  sessiontoken?: string;
}

/** Never throws; see `openSink`. */
export function openSqs(options: SqsOptions): Sink {
  const { accesskeyid: accessKeyId = '', secretaccesskey: secretAccessKey = '', sessiontoken } = options;
  return openCloud(options, {
    schemes: FACTS.sqs.schemes,
    secrets: [secretAccessKey, sessiontoken ?? ''],
    async request(message, origin) {
      const signer = new AwsV4Signer({
        ...{ method: 'POST', url: `${origin}/`, service: 'sqs', accessKeyId, secretAccessKey },
        ...(sessiontoken !== undefined && { sessionToken: sessiontoken }),
        region: options.region ?? regionOf(origin),
        headers: {
          'Content-Type': 'application/x-amz-json-1.0',
          'X-Amz-Target': 'AmazonSQS.SendMessage',
        },
        body: JSON.stringify(bodyOf(message, origin)),
      });
      const { headers, body } = await signer.sign();
      return { url: `${origin}/`, headers: Object.fromEntries(headers), body: String(body) };
    },
    judge,
  });
}

/** Of `sqs.REGION.amazonaws.com`. */
const regionOf = (origin: string): string => new URL(origin).hostname.split('.')[1] ?? 'us-east-1';

/** Characters of a message group. */
const LONGEST_GROUP = 128;

function bodyOf({ id, body, contentType, headers, texts }: Message, origin: string) {
  const { queue = '', group = '' } = texts;
  // A message has at most ten attributes
  const { 'X-Longshore-Delivery': _, ...others } = headers;
  const attributes = Object.entries({ 'Content-Type': contentType, ...others }).map(
    ([name, value]) => [name, { DataType: 'String', StringValue: value }] as const,
  );
  return {
    QueueUrl: `${origin}/${queue}`,
    MessageBody: legal(body.toString(), contentType),
    MessageAttributes: Object.fromEntries(attributes),
    ...(queue.endsWith('.fifo') && {
      MessageDeduplicationId: id,
      MessageGroupId: groupOf(group),
    }),
  };
}

function groupOf(group: string): string {
  if (group.length <= LONGEST_GROUP) return group || 'none';
  return createHash('sha256').update(group).digest('hex');
}

/** SQS takes what XML can hold. JSON can say the rest in escapes. */
function legal(text: string, contentType: string): string {
  const isJson = /json/i.test(contentType);
  return text.replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, (character) => {
    if (isJson) return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
    throw new BrokerFault('rejected', 'SQS takes no control characters; use a format that is JSON', true);
  });
}

const ROWS: readonly [type: RegExp, reason: 'unroutable' | 'denied' | 'unavailable', step: string][] = [
  [/QueueDoesNotExist|NonExistentQueue/, 'unroutable', 'create the queue, or correct sqs.queue'],
  [
    /AccessDenied|InvalidClientTokenId|Signature|UnrecognizedClient|ExpiredToken|MissingAuthentication|InvalidSecurity/,
    'denied',
    'correct the access key, or allow it sqs:SendMessage',
  ],
  [/Throttl|OverLimit|ServiceUnavailable|InternalError/, 'unavailable', 'it is tried again'],
];

function judge({ status, text, json }: CloudAnswer): string {
  const messageId = textIn(json, 'MessageId');
  if (status === 200 && messageId) return `message ${messageId}`;
  const type = textIn(json, '__type') ?? '';
  const said = `${status} ${type.replace(/^.*#/, '')} ${textIn(json, 'message') ?? textIn(json, 'Message') ?? text.slice(0, 200)}`;
  const [, reason, step] = ROWS.find(([types]) => types.test(type)) ?? [];
  if (reason) throw new BrokerFault(reason, `${said}; ${step}`);
  if (status === 429 || status >= 500) throw new BrokerFault('unavailable', `${said}; it is tried again`);
  const isTooLong =
    /must be shorter than|longer than/i.test(said) || (/maximum/i.test(said) && /bytes/i.test(said));
  if (status === 413 || isTooLong) {
    throw new BrokerFault('too_large', `${said}; raise MaximumMessageSize of the queue`, true);
  }
  throw new BrokerFault('rejected', `${said}; check sqs.queue and the endpoint’s url`);
}
