/** Servers that are bad for everybody, whatever they are asked. */
import type { Misbehaviour, ObservedServer } from '../preheat/targets/contract.js';
import { deadPort, type Listening, receiver, tcpReceiver } from './receiver.js';

/** Starts one. */
export async function misbehaving(how: Misbehaviour): Promise<ObservedServer> {
  if (how === 'absent') {
    const url = `http://127.0.0.1:${await deadPort()}`;
    return { url, open: () => 0, accepted: () => 0, reached: async () => {}, heard: () => '' };
  }
  if (how === 'refuses' || how === 'echoes') return answering(how);
  let heard = '';
  let notify = () => {};
  const reached = new Promise<void>((resolve) => {
    notify = resolve;
  });
  const server = await tcpReceiver((socket) => {
    socket.on('data', (data: Buffer) => {
      heard += data.toString('latin1');
      notify();
      if (how === 'breaks') socket.destroy();
      if (how === 'babbles') socket.end('SSH-2.0-OpenSSH_9.6\r\n');
      if (how === 'endless') {
        socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n');
        const more = () => {
          if (!socket.destroyed) socket.write(`4000\r\n${'x'.repeat(0x4000)}\r\n`, () => setImmediate(more));
        };
        more();
      }
    });
  });
  return bystander(
    server,
    () => heard,
    () => reached,
  );
}

async function answering(how: 'refuses' | 'echoes'): Promise<ObservedServer> {
  const server = await receiver((response, { rawHeaders, url, headers }) => {
    if (how === 'echoes' && headers.authorization === undefined) {
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="here"' }).end();
    }
    const said = how === 'echoes' ? `denied: ${url} ${rawHeaders.join(' ')}` : 'out of order';
    const body = JSON.stringify({ message: said, errors: [{ code: 'UNKNOWN', message: said }] });
    response.writeHead(500, { 'content-type': 'application/json' }).end(body);
  });
  const heard = () => server.requests.flatMap(({ rawHeaders }) => rawHeaders).join('\n');
  return bystander(server, heard, async () => {});
}

/** Of any server of these tests. */
export function bystander(
  server: Listening,
  heard: () => string = () => '',
  reached: () => Promise<void> = async () => {},
): ObservedServer {
  return {
    url: `http://127.0.0.1:${server.port}`,
    open: server.open,
    accepted: server.accepted,
    reached,
    heard,
  };
}
