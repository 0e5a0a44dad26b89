/** The settings `amqp` of an endpoint. */
import { setting } from '@longshore/settings';
import { text } from '@longshore/settings/values';
import { z } from 'zod';

/** Texts are Liquid. */
export const amqp = z
  .strictObject({
    exchange: setting(text(), 'Exchange that messages are published to. A template in Liquid.', 'amq.topic'),
    routingkey: setting(
      text(),
      'Routing key, such as `registry.{{ action }}`. A template in Liquid.',
      '{{ repository }}',
    ),
  })
  .meta({ description: 'Kind `amqp`: where in RabbitMQ messages are published.' })
  .prefault({});
