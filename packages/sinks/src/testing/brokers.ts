/** Options of endpoints that are brokers, and servers that behave badly to them. */
import { compileTexts } from '@longshore/formats/template';
import type { BrokerOptions } from '../brokers/driver.js';
import type { Harness } from '../contract.js';
import type { Sink } from '../sink.js';
import { single, theFormat } from './builders.js';
import { deadPort, tcpReceiver } from './receiver.js';

/** @param texts of the kind's block */
export function brokerOptionsAt(
  url: string,
  texts: Record<string, string> = {},
  some: Partial<BrokerOptions> = {},
): BrokerOptions {
  return {
    ...{ name: 'alistener', url, timeout: 10_000, annotate: false },
    format: theFormat('cloudevents'),
    texts: compileTexts(texts),
    ...some,
  };
}

type Behaviour = Parameters<Parameters<typeof import('../contract.js').sinkContract>[2]>[0];

/** What a scripted broker does with the bytes of a connection. */
export type Scripted = (how: 'accepts' | 'refuses', write: (bytes: string) => void) => (data: Buffer) => void;

/**
 * A broker of {@link sinkContract}.
 * @param open a sink to this port @param greeting what the server says first
 */
export async function scriptedBroker(
  behaviour: Behaviour,
  script: Scripted,
  open: (port: number) => Sink,
  greeting = '',
): Promise<Harness> {
  if (behaviour === 'absent') {
    const sink = single(open(await deadPort())).whole;
    return { sink, openConnections: () => 0, reached: async () => {} };
  }
  let reach = () => {};
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const server = await tcpReceiver((socket) => {
    if (behaviour === 'accepts' || behaviour === 'refuses') {
      socket.write(greeting);
      socket.on(
        'data',
        script(behaviour, (bytes) => socket.write(bytes, 'latin1')),
      );
      return;
    }
    // A client that waits for a greeting says nothing by itself
    if (behaviour === 'babbles') socket.end('220 mail.example.com ESMTP\r\n');
    else socket.write(greeting);
    socket.on('data', () => {
      reach();
      if (behaviour === 'breaks') socket.destroy();
    });
  });
  return { sink: single(open(server.port)).whole, openConnections: server.open, reached: () => reached };
}
