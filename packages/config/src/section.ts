/** Parts of the schema that several groups of settings share. */
import { setting } from '@longshore/settings';
import { hostName } from '@longshore/settings/listeners';
import { z } from 'zod';

/** A group of settings with its description. */
export const section = <T extends z.core.$ZodLooseShape>(words: string, keys: T) =>
  z.strictObject(keys).meta({ description: words });

/** The setting `hosts` of a listener. @param open what is refused while no secret is configured */
export const hosts = (open: string) =>
  setting(
    z.array(hostName()),
    `Accepted host names in addition to those of this machine (localhost, 127.0.0.1 …), such as the name of a reverse proxy. ${open}`,
    [],
  );
