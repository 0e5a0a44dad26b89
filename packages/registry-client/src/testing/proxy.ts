/** A forward proxy on 127.0.0.1 that remembers what went through it. */
import { createServer, request as forward } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** `seen`: `CONNECT host:port` and `GET http://host:port/path`, with `Proxy-Authorization` where it was sent. */
export async function aProxy(): Promise<{ url: string; seen: string[] }> {
  const seen: string[] = [];
  const note = (method = '', url = '', authorization?: string) =>
    seen.push([method, url, authorization].filter(Boolean).join(' '));
  const server = createServer((request, response) => {
    const { method, url = '', headers } = request;
    note(method, url, headers['proxy-authorization']);
    const onwards = forward(url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onwards.on('error', () => response.destroy());
    request.pipe(onwards);
  });
  server.on('connect', ({ method, url = '', headers }, socket) => {
    note(method, url, headers['proxy-authorization']);
    const [host, port] = url.split(':');
    const onwards = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onwards.pipe(socket).pipe(onwards);
    });
    onwards.on('error', () => socket.destroy());
    socket.on('error', () => onwards.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, seen };
}

/** Says this when it is spoken to, and not a word more; never closes a connection. */
export async function aServerOf(words: string): Promise<{ url: string; open(): number }> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.once('data', () => socket.write(words));
    socket
      .on('error', () => {})
      .on('close', () => sockets.delete(socket))
      .resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, open: () => sockets.size };
}
