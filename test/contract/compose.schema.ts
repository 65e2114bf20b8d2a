import { z } from 'zod';

/** The part of the Compose specification that docker-compose.yml uses; anything else is a mistake or a new decision. */
const text = z.string().min(1).max(500);
const texts = z.array(text).max(30);
const name = z.string().regex(/^[a-z][a-z0-9-]*$/);
const duration = z.string().regex(/^\d+(ms|s|m)$/);
const environment = z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.string());

const healthcheck = z.strictObject({
  test: z.array(text).min(2),
  interval: duration,
  timeout: duration,
  start_period: duration.optional(),
  retries: z.int().min(1).max(100),
});

const service = z.strictObject({
  image: z.string().regex(/^[a-z0-9./-]+:\d+(\.\d+)+$/, 'images are pinned to a version'),
  build: z.literal('.').optional(),
  init: z.boolean().optional(),
  restart: z.string().regex(/^(unless-stopped|on-failure:\d+)$/),
  read_only: z.boolean().optional(),
  user: z.string().optional(),
  cap_drop: z.array(z.literal('ALL')).optional(),
  security_opt: texts.optional(),
  tmpfs: texts.optional(),
  shm_size: z
    .string()
    .regex(/^\d+m$/)
    .optional(),
  stop_grace_period: duration.optional(),
  entrypoint: texts.optional(),
  command: texts.optional(),
  environment,
  secrets: z.array(name).optional(),
  networks: z.array(name).min(1),
  ports: z
    .array(z.string().regex(/^127\.0\.0\.1:\d+:\d+$/, 'ports are published on loopback only'))
    .optional(),
  volumes: z.array(z.string().regex(/^(\.\/|[a-z])[^:]*:\/[^:]+(:ro)?$/)).optional(),
  profiles: z.array(name).optional(),
  depends_on: z
    .record(
      name,
      z.strictObject({ condition: z.enum(['service_healthy', 'service_completed_successfully']) }),
    )
    .optional(),
  healthcheck: healthcheck.optional(),
});

export const composeSchema = z.strictObject({
  name,
  services: z.record(name, service),
  networks: z.record(name, z.strictObject({ internal: z.boolean().optional() })),
  volumes: z.record(name, z.strictObject({})),
  secrets: z.record(
    name,
    z.strictObject({ file: z.string().regex(/^\.\/deploy\/secrets\/[a-z-]+$/) }),
  ),
});

export type Compose = z.infer<typeof composeSchema>;
export type Service = z.infer<typeof service>;
