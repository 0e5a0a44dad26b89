/** The name of a host, as TLS wants it. */
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { aDelivery, anAttempt, aSink } from '../testing/builders.js';
import { selfSigned } from '../testing/certificate.js';
import { answering, receiver, tcpReceiver } from '../testing/receiver.js';

/** A proxy whose tunnels all lead to this port, so that no name has to be resolved. */
async function tunnelTo(port: number): Promise<string> {
  const proxy = await tcpReceiver((socket) =>
    socket.once('data', () => {
      const onward = connect(port, '127.0.0.1').on('error', () => {});
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    }),
  );
  return `http://127.0.0.1:${proxy.port}`;
}

test.each(['receiver.test', 'receiver.test.', 'RECEIVER.test.'])(
  'https://%s: neither the SNI nor the check of the certificate has a dot, and the Host header is as written',
  async (host) => {
    const certificate = selfSigned({ names: ['receiver.test'] });
    const names: string[] = [];
    const SNICallback = (name: string, done: (error: null) => void) => {
      names.push(name);
      done(null);
    };
    const { port, requests } = await receiver(answering(200), { ...certificate, SNICallback });
    const options = { proxy: await tunnelTo(port), tls: { ca: certificate.cert } };
    const sink = aSink({ url: `https://${host}:${port}/`, ...options });
    expect(await sink.send(aDelivery(), anAttempt())).toMatchObject({ kind: 'delivered' });
    expect(names).toEqual(['receiver.test']);
    expect(requests[0]?.headers.host).toBe(`${host}:${port}`);
  },
);
