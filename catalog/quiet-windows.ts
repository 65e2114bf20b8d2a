import { problem, type Problem, type SourcePath } from '../domain/compile-problem.ts';
import { parseDuration } from '../domain/duration.ts';
import { severityNames, type SeverityId } from '../domain/finding.ts';
import type { PolicySource } from '../domain/policy.schema.ts';
import { quietLimits, usualFloor, type QuietWindow } from '../domain/quiet.ts';

type Row = PolicySource['suppressions'][number];

const dayMs = 86_400_000;

export function toQuietWindow({ id, change, repeat, floor, ...row }: Row): QuietWindow {
  return {
    ...row,
    id: `suppression/${id}`,
    kind: 'suppression',
    change: change ?? '',
    repeat:
      repeat === undefined
        ? null
        : { days: repeat.days, at: repeat.at, forMs: parseDuration(repeat.for) ?? 0 },
    // The names are those of the severities by their place; the schema admits no other.
    floor: floor === undefined ? usualFloor : (severityNames.indexOf(floor) as SeverityId),
  };
}

export function checkSpan(row: Row, path: SourcePath): readonly Problem[] {
  const spanMs = Date.parse(row.until) - Date.parse(row.from);
  const turnMs = row.repeat === undefined ? 0 : (parseDuration(row.repeat.for) ?? 0);
  return [
    ...(spanMs > 0 && spanMs <= quietLimits.daysMax * dayMs
      ? []
      : [
          problem('field-invalid', [...path, 'until'], {
            message: `a suppression lasts up to ${quietLimits.daysMax} days from its start`,
            remedy: 'Correct `until`.',
          }),
        ]),
    ...(turnMs <= quietLimits.repeatDaysMax * dayMs
      ? []
      : [
          problem('field-invalid', [...path, 'repeat', 'for'], {
            message: `a turn lasts up to ${quietLimits.repeatDaysMax} days`,
            remedy: 'Shorten `for`.',
          }),
        ]),
  ];
}
