import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { SallyportError } from '../../../domain/errors.ts';
import { redactError } from '../../../redaction/redact-error.ts';
import { redactLog, redactLogArguments } from '../../../redaction/redact-log.ts';
import { makeCanaries } from '../../support/canaries.ts';
import { aRedactor } from './a-redactor.ts';

const redactor = aRedactor();
const secretsOf = (error: unknown): string =>
  JSON.stringify(error, (_, value: unknown) =>
    value instanceof Error
      ? {
          ...Object.fromEntries(Object.entries(value)),
          message: value.message,
          stack: value.stack,
          cause: value.cause,
        }
      : value,
  );

describe('a thrown error', () => {
  it('keeps its class, code and shape and loses every secret in message, stack, fields and causes', () => {
    for (const canary of makeCanaries('errors')) {
      const error = new SallyportError('VENDOR_DENIED', `said ${canary.text}`, {
        cause: Object.assign(new Error(canary.text), { response: { body: canary.text } }),
      });
      const redacted = redactError(redactor, error).error;
      expect(redacted).toBe(error);
      expect(error.code).toBe('VENDOR_DENIED');
      expect(secretsOf(redacted), canary.kind).not.toContain(
        JSON.stringify(canary.secret).slice(1, -1),
      );
    }
  });

  it('that is a Temporal failure keeps its type and non-retryability and loses what its details hold', () => {
    const failure = ApplicationFailure.create({
      message: 'to jane@example.com',
      type: 'VENDOR_DENIED',
      nonRetryable: true,
      details: [{ password: 'hunter2' }, 'jane@example.com'],
    });
    const { error, sealed } = redactError(redactor, failure);
    expect(error).toBeInstanceOf(ApplicationFailure);
    expect(failure.type).toBe('VENDOR_DENIED');
    expect(failure.nonRetryable).toBe(true);
    expect(JSON.stringify(failure.details)).toMatch(
      /^\[\{"password":"\[redacted:password\]"\},"<email:/,
    );
    expect(failure.message).toMatch(/^to <email:/);
    expect(sealed.length).toBeGreaterThan(0);
  });

  it('that is a string, an aggregate or a circle comes out redacted too', () => {
    expect(redactError(redactor, 'password=hunter2x').error).toBe('password=[redacted:password]');
    const many = new AggregateError([new Error('password=hunter2x')], 'all');
    expect(secretsOf(redactError(redactor, many).error)).not.toContain('hunter2x');
    expect(many.errors[0].message).toBe('password=[redacted:password]');
    const circle = new Error('jane@example.com');
    circle.cause = circle;
    expect(redactError(redactor, circle).error).toBe(circle);
  });
});

describe('a log line', () => {
  it('shows errors without what is in them', () => {
    const line = redactLog(redactor, {
      err: new Error('password=hunter2x', { cause: new Error('jane@example.com') }),
      token: 'abc123def',
    });
    expect(JSON.stringify(line)).not.toMatch(/hunter2x|jane@|abc123def/);
    expect(JSON.stringify(line)).toContain('password=[redacted:password]');
    expect(redactLogArguments(redactor, [{ a: 1 }, 'mail to jane@example.com', 3])).toEqual([
      { a: 1 },
      expect.stringMatching(/^mail to <email:/),
      3,
    ]);
  });
});
