import { describe, expect, it } from 'vitest';
import { filesOfRepository, textOf } from '../support/repository.ts';

const rooms = filesOfRepository().filter((path) =>
  /^(activities|api|audit|catalog|cli|connectors|domain|intake|platform|server|store|workflows)\/.*\.ts$/.test(
    path,
  ),
);

interface Sink {
  /** How data leaves: a file of the rooms in which this stands writes to the outside. */
  readonly written: RegExp;
  /** Each such file, and what in it shows that the data is redacted first, or why it carries none. */
  readonly files: { readonly [path: string]: RegExp };
}

/** Where data leaves the process or is stored. A new place is not in this list: it fails, until it redacts and says so here. */
const sinks: { readonly [name: string]: Sink } = {
  'log lines': {
    written: /\bpino\(/,
    files: { 'platform/logger.ts': /options\.redactText\(/ },
  },
  'the terminal and standard error': {
    written: /process\.(?:stdout|stderr)\.write\(|console\.(?:log|error|warn|info)\(/,
    files: {
      // Verbs print what the API answered, which is redacted, or what their user gave them.
      'cli/main.ts': /const io: CliIo/,
      // Fakes of other people's products, for tests and trials.
      'server/fakes-main.ts': /fakes/,
    },
  },
  'results and errors of activities, into the history': {
    written: /Worker\.create\(/,
    files: { 'server/workers.ts': /createRedactingInterceptor\(/ },
  },
  'problem documents': {
    written: /\bproblemFor\(error\)/,
    files: { 'server/http.ts': /deps\.redactText\(problem\.body\.detail\)/ },
  },
};

const filesWith = (pattern: RegExp): readonly string[] =>
  rooms.filter((path) => pattern.test(textOf(path)));

describe('a place where data leaves', () => {
  it.each(Object.entries(sinks))(
    '%s: every file that writes there is known and redacts',
    (_, sink) => {
      expect(filesWith(sink.written)).toEqual(Object.keys(sink.files).sort());
      for (const [path, evidence] of Object.entries(sink.files))
        expect(textOf(path), path).toMatch(evidence);
    },
  );

  it.each([
    [
      'intake, before anything is stored',
      'intake/finish.ts',
      /redactor\.redact\(asJson\(foreign\)\)/,
    ],
    ['deploy events', 'intake/deploy-routes.ts', /redactor\.redact\(foreign\)/],
    ['what people type', 'api/typed-text.ts', /redactor\.redactText\(text\)/],
    ['rejected deliveries', 'intake/rejects.ts', /deps\.redactText\(head\)/],
    ['answers of lookups', 'activities/lookup.ts', /deps\.redact\(/],
    [
      'answers of actions, tickets and notifications',
      'activities/perform-effect.ts',
      /deps\.redact\(/,
    ],
    [
      'results and thrown errors of every activity',
      'activities/redacting-interceptor.ts',
      /deps\.redactor\.redact\(result\)[^]*redactError\(deps\.redactor, error\)/,
    ],
  ])('%s is redacted where it passes', (_, path, evidence) => {
    expect(textOf(path)).toMatch(evidence);
  });
});
