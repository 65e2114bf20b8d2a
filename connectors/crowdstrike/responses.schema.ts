import { z } from 'zod';

/** Answers of the Falcon API: only what we use, bounded. Source: CrowdStrike OAuth2 API reference, Hosts and Host Actions. */
const text = z.string().max(1_024);
const errors = z
  .array(z.object({ code: z.number().optional(), message: z.string().max(4_096).optional() }))
  .max(100)
  .nullish();

export const tokenAnswer = z.object({
  access_token: z.string().min(1).max(8_192),
  expires_in: z.number().positive().max(86_400),
});
export const idsAnswer = z.object({ resources: z.array(text).max(5_000).nullish(), errors });
export const devicesAnswer = z.object({
  resources: z
    .array(
      z.object({
        device_id: text,
        hostname: text.optional(),
        status: text.optional(),
        platform_name: text.optional(),
        os_version: text.optional(),
        last_seen: text.optional(),
        local_ip: text.optional(),
        external_ip: text.optional(),
        groups: z.array(text).max(200).nullish(),
        tags: z.array(text).max(200).nullish(),
      }),
    )
    .max(100)
    .nullish(),
  errors,
});
export const actionAnswer = z.object({
  resources: z
    .array(z.object({ id: text }))
    .max(100)
    .nullish(),
  errors,
});
export type FalconDevice = NonNullable<z.output<typeof devicesAnswer>['resources']>[number];
