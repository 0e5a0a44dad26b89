import { sinkContract } from '../contract.js';
import { aDelivery, aSink } from '../testing/builders.js';
import { answering, deadPort, receiver, tcpReceiver } from '../testing/receiver.js';

sinkContract('http', aDelivery(), async (behaviour, timeout) => {
  let reach = () => {};
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const at = (port: number) => aSink({ url: `http://127.0.0.1:${port}/`, timeout }).whole;

  if (behaviour === 'absent') {
    return { sink: at(await deadPort()), openConnections: () => 0, reached: async () => {} };
  }
  const listening =
    behaviour === 'accepts' || behaviour === 'refuses'
      ? await receiver(answering(behaviour === 'accepts' ? 202 : 500))
      : await tcpReceiver((socket) =>
          socket.on('data', () => {
            reach();
            if (behaviour === 'breaks') socket.destroy();
            if (behaviour === 'babbles') socket.end('220 mail.example.com ESMTP\r\n');
          }),
        );
  return { sink: at(listening.port), openConnections: listening.open, reached: () => reached };
});
