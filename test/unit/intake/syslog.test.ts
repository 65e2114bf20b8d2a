import { describe, expect, test } from 'vitest';
import { createFramer } from '../../../intake/syslog/frames.ts';
import { readSyslog, syslogEvent } from '../../../intake/syslog/message.ts';

const framed = (chunks: readonly string[], bytesMax = 100): readonly string[] => {
  const framer = createFramer(bytesMax);
  const frames = chunks.flatMap((chunk) => framer.push(Buffer.from(chunk)));
  const last = framer.end();
  return [...frames, ...(last === null ? [] : [last])].map(
    ({ text, isCut }) => `${Buffer.from(text).toString()}${isCut ? ' (cut)' : ''}`,
  );
};

describe('a stream of syslog', () => {
  test('has messages by length, by line end and by NUL, mixed', () => {
    expect(framed(['7 <13>abc<14>line\n<15>nul\0', '8 <16>a\nb\n'])).toEqual([
      '<13>abc',
      '<14>line',
      '<15>nul',
      '<16>a\nb\n',
    ]);
  });
  test('is the same however it is cut into packets', () => {
    const stream = '7 <13>abc<14>line\n12 <15>ä-ö-ü<16>last\n';
    const whole = framed([stream]);
    const bytes = Buffer.from(stream);
    for (let at = 1; at < bytes.length; at += 1) {
      const framer = createFramer(100);
      const frames = [...framer.push(bytes.subarray(0, at)), ...framer.push(bytes.subarray(at))];
      expect(frames.map(({ text }) => Buffer.from(text).toString())).toEqual(whole);
    }
  });
  test('keeps the beginning of a message beyond the bound, and finds the next', () => {
    expect(framed(['12 <13>56789012<14>b\n'], 8)).toEqual(['<13>5678 (cut)', '<14>b']);
    expect(framed(['<13>5678', '9012', '34\n<14>b\n'], 8)).toEqual(['<13>5678 (cut)', '<14>b']);
  });
  test('gives the last message of a sender that ends without a line end', () => {
    expect(framed(['<13>a\n<14>b'])).toEqual(['<13>a', '<14>b']);
    expect(framed(['20 <13>half'])).toEqual(['<13>half (cut)']);
  });
  test('does not take a number in a line for a length', () => {
    expect(framed(['2026 was good\n', '99999999 <13>x\n', '0 <13>x\n'])).toEqual([
      '2026 was good',
      '99999999 <13>x',
      '0 <13>x',
    ]);
  });
});

const nowMs = Date.parse('2026-11-20T10:00:00Z');
const read = (text: string, offsetMinutes = 0): ReturnType<typeof readSyslog> =>
  readSyslog(text, { nowMs, offsetMinutes });

describe('a message of RFC 5424', () => {
  test('has time, host, program, severity, structured data and message', () => {
    const text =
      '<165>1 2026-10-11T22:14:15.003Z web-7 evntslog 111 ID47 [ex@32473 iut="3" src="a \\"b\\" \\]"][x@1 y="z"] \ufeffAn event';
    expect(read(text)).toEqual({
      time: '2026-10-11T22:14:15.003Z',
      host: 'web-7',
      program: 'evntslog',
      severity: 'notice',
      structured: { 'ex@32473': { iut: '3', src: 'a "b" ]' }, 'x@1': { y: 'z' } },
      message: 'An event',
    });
  });
  test('may leave everything out', () => {
    expect(read('<34>1 - - - - - -')).toMatchObject({
      time: null,
      host: '',
      program: '',
      severity: 'critical',
      message: '',
    });
  });
  test('keeps structured data that is malformed as text', () => {
    expect(read('<34>1 - h - - - [x@1 y="z text').message).toBe('[x@1 y="z text');
  });
});

describe('a message of RFC 3164', () => {
  test('has time, host, program and message', () => {
    expect(read('<34>Oct 11 22:14:15 web-7 su[12]: failed for root')).toMatchObject({
      time: '2026-10-11T22:14:15Z',
      host: 'web-7',
      program: 'su',
      severity: 'critical',
      message: 'failed for root',
    });
  });
  test('is of the year that puts it nearest to now', () => {
    const at = (now: string): string | null =>
      readSyslog('<34>Dec 31 23:59:59 h p: m', { nowMs: Date.parse(now), offsetMinutes: 0 }).time;
    expect([at('2026-12-31T23:59:59Z'), at('2027-01-01T00:00:10Z')]).toEqual([
      '2026-12-31T23:59:59Z',
      '2026-12-31T23:59:59Z',
    ]);
    const ahead = readSyslog('<34>Jan  1 00:00:05 h p: m', {
      nowMs: Date.parse('2026-12-31T23:59:59Z'),
      offsetMinutes: 0,
    });
    expect(ahead.time).toBe('2027-01-01T00:00:05Z');
  });
  test('is read in the zone of the source', () => {
    expect(read('<34>Nov 20 11:00:00 h p: m', 60).time).toBe('2026-11-20T10:00:00Z');
  });
  test.each([
    ['<34>Nov 20 2026 09:00:00 h p: m', '2026-11-20T09:00:00Z'],
    ['<34>2026-11-20T09:00:00+01:00 h p: m', '2026-11-20T09:00:00+01:00'],
    ['<34>2026-11-20 09:00:00 h p: m', '2026-11-20T09:00:00.000Z'],
    ['<34>Nov 20 09:00:00.123 h p: m', '2026-11-20T09:00:00.123Z'],
    ['<34>Feb 30 09:00:00 h p: m', null],
    ['<34>Foo 20 09:00:00 h p: m', null],
  ])('%s has the time %s', (text, time) => expect(read(text).time).toBe(time));
});

describe('anything else', () => {
  test.each([
    '',
    '<',
    '<999>x',
    '<-1>x',
    'no head at all',
    '\u0000\u001b[31m',
    '<34>1 ',
    'a'.repeat(70_000),
  ])('is kept as message: %.20s', (text) => {
    const { severity, message } = read(text);
    expect(typeof message).toBe('string');
    if (!text.startsWith('<34>')) expect(severity).toBe('');
  });
});

describe('the alert in a message', () => {
  const zone = { nowMs, offsetMinutes: 0 };
  test('is the JSON in it where a reader knows that', () => {
    const alert = {
      rule: 'r',
      priority: 'Notice',
      output: 'o',
      output_fields: {},
      time: '2026-11-20T10:00:00Z',
    };
    expect(syslogEvent(`<34>Nov 20 10:00:00 web-7 falco: ${JSON.stringify(alert)}`, zone)).toEqual(
      alert,
    );
  });
  test('is a line of CEF', () => {
    const event = syslogEvent(
      '<34>Nov 20 10:00:00 fw CEF:0|Vendor|P|1|42|Blocked|8|src=192.0.2.7',
      zone,
    );
    expect(event).toMatchObject({ deviceVendor: 'Vendor', signatureId: '42' });
  });
  test('is the message, with what its head says of it', () => {
    expect(syslogEvent('<35>Nov 20 10:00:00 web-7 sshd[9]: too many failures', zone)).toEqual({
      time: '2026-11-20T10:00:00Z',
      host: 'web-7',
      program: 'sshd',
      severity: 'error',
      message: 'too many failures',
    });
  });
});
