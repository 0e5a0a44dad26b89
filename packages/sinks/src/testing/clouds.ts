/** Servers that take a message only when its signature is right, as the clouds do. */
import { createHash, createHmac } from 'node:crypto';
import type { Harness } from '../contract.js';
import type { Sink } from '../sink.js';
import { single } from './builders.js';
import { type Answer, answering, deadPort, type Received, receiver, tcpReceiver } from './receiver.js';

const sha = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** Signature Version 4 of a POST, worked out from the request alone. Source: AWS, "Create a signed request". */
export function isSignedV4({ url, headers, body }: Received, secret: string): boolean {
  const [, scope = '', signed = '', signature] =
    /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+), Signature=(\w+)/.exec(headers.authorization ?? '') ??
    [];
  const lines = signed.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const payload = String(headers['x-amz-content-sha256'] ?? sha(body));
  if (payload !== sha(body)) return false;
  const canonical = ['POST', url, '', lines.join(''), signed, payload].join('\n');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha(canonical)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>((made, part) => hmac(made, part), `AWS4${secret}`);
  return hmac(key, text).toString('hex') === signature;
}

type Behaviour = Parameters<Parameters<typeof import('../contract.js').sinkContract>[2]>[0];

/** A cloud of the contract of sinks. @param accepts what it answers where it behaves well */
export async function scriptedCloud(
  behaviour: Behaviour,
  accepts: Answer,
  open: (port: number) => Sink,
): Promise<Harness> {
  const sinkAt = (port: number) => single(open(port)).whole;
  if (behaviour === 'absent') {
    return { sink: sinkAt(await deadPort()), openConnections: () => 0, reached: async () => {} };
  }
  let reach = () => {};
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const server =
    behaviour === 'accepts' || behaviour === 'refuses'
      ? await receiver(behaviour === 'accepts' ? accepts : answering(500))
      : await tcpReceiver((socket) =>
          socket.on('data', () => {
            reach();
            if (behaviour === 'breaks') socket.destroy();
            if (behaviour === 'babbles') socket.end('220 mail.example.com ESMTP\r\n');
          }),
        );
  return { sink: sinkAt(server.port), openConnections: server.open, reached: () => reached };
}
