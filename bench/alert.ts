import { createHmac } from 'node:crypto';

/** Secrets that every alert carries, made up; none may reach the ticket system or the engine's files. */
export function plantedSecrets(index: number): readonly string[] {
  const tail = String(index).padStart(8, '0');
  return [
    `AKIA${`BENCH${tail}QQQ`.slice(0, 16)}`,
    `ghp_${`bench${tail}`.padEnd(36, 'x')}`,
    `hunter2-${tail}-pw`,
    `bench.user${tail}@corp.example`,
    `xoxb-${tail}0000-${tail}0000-${'b'.repeat(24)}`,
    `sk_live_${`bench${tail}`.padEnd(24, 'k')}`,
  ];
}

export interface BenchAlert {
  readonly id: string;
  readonly body: string;
}

export interface AlertSketch {
  readonly index: number;
  /** Alerts of one key are one problem: same rule, same host. */
  readonly key: number;
  /** The rule that raised it; `bench-gate` makes a run that asks before it acts. */
  readonly rule?: string;
}

/** About 3 KB of JSON in no product's format, with six planted secrets. Every tenth asks for no ticket (severity low). */
export function benchAlert({ index, key, rule = 'bench-rule-1' }: AlertSketch): BenchAlert {
  const [accessKey, github, password, mail, slack, stripe] = plantedSecrets(index);
  const id = `bench-${index}`;
  const alert = {
    id,
    title: `Suspicious process on host ${key}`,
    severity: index % 10 === 9 ? 'low' : 'high',
    time: new Date().toISOString(),
    rule: { id: rule, name: 'Suspicious process' },
    host: { name: `host-${key}`, ip: `10.${(key >> 16) & 255}.${(key >> 8) & 255}.${key & 255}` },
    user: { name: 'svc-app', email: mail },
    process: {
      name: 'curl',
      command_line: `curl -H "Authorization: Bearer ${github}" -u svc:${password} https://svc:${password}@api.example.test/v1/items?key=${stripe}`,
      environment: [
        `AWS_ACCESS_KEY_ID=${accessKey}`,
        `SLACK_TOKEN=${slack}`,
        `DB_PASSWORD=${password}`,
      ],
      parents: ['systemd', 'containerd-shim', 'sh'].map((name, depth) => ({
        name,
        pid: 1000 + depth,
        path: `/usr/bin/${name}`,
      })),
    },
    file: {
      sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      path: '/tmp/x',
    },
    tags: Array.from({ length: 12 }, (_, tag) => `tag-${tag}:value-${(index + tag) % 17}`),
    details: Array.from({ length: 6 }, (_, row) => ({
      row,
      note: `observation ${row} of host ${key}: connection to 203.0.113.${row} seen ${row * 3} times in the window before the alert was raised`,
      bytes: row * 1024,
    })),
  };
  return { id, body: JSON.stringify(alert) };
}

export function signature(secret: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}
