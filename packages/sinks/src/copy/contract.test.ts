import { sinkContract } from '../contract.js';
import { single } from '../testing/builders.js';
import { copyOptionsAt } from '../testing/copy.js';
import { aPush, serving } from '../testing/preheat.js';
import { answering, deadPort, receiver, tcpReceiver } from '../testing/receiver.js';
import { openCopySink } from './index.js';

// The registry that is read from has the image already under the same name at the target.
sinkContract('copy', aPush(), async (behaviour, timeout) => {
  let reach = () => {};
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const at = (port: number) => {
    const url = `http://127.0.0.1:${port}`;
    const options = copyOptionsAt(url, url);
    const registry = { ...options.registry, timeout };
    return single(openCopySink({ ...options, registry })).whole;
  };
  if (behaviour === 'absent') {
    return { sink: at(await deadPort()), openConnections: () => 0, reached: async () => {} };
  }
  const listening =
    behaviour === 'accepts' || behaviour === 'refuses'
      ? await receiver(behaviour === 'accepts' ? serving : answering(500))
      : await tcpReceiver((socket) =>
          socket.on('data', () => {
            reach();
            if (behaviour === 'breaks') socket.destroy();
            if (behaviour === 'babbles') socket.end('220 mail.example.com ESMTP\r\n');
          }),
        );
  return { sink: at(listening.port), openConnections: listening.open, reached: () => reached };
});
