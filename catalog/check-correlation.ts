import { problem, type Problem, type SourcePath } from '../domain/compile-problem.ts';
import { entityFields, unstableFields } from '../domain/correlation.ts';
import { checkExpression, readsOf } from '../domain/expression.ts';
import { checkPath, leadingNames } from '../domain/path.ts';
import type { PolicySource } from '../domain/policy.schema.ts';
import { msOf } from './to-correlation.ts';

type Row = PolicySource['correlation'][number];

const dayMs = 86_400_000;
/** Longer windows would join what nobody remembers. */
const windowDaysMax = 30;

export function checkCases({ keys }: PolicySource['cases']): readonly Problem[] {
  return keys.flatMap(({ from }, index) =>
    from.flatMap((path, at) =>
      path === '$.entity.indicators' ? [] : checkValue(path, ['cases', 'keys', index, 'from', at]),
    ),
  );
}

/** What is wrong with the correlation rules beyond their shape. */
export function checkCorrelation(rows: readonly Row[]): readonly Problem[] {
  const last = rows.at(-1);
  const open = last !== undefined && fitsAll(last);
  return [
    ...rows.flatMap((row, index) => checkRow(row, ['correlation', index])),
    ...rows
      .slice(0, -1)
      .flatMap((row, index) => (fitsAll(row) ? [shadowing(row.id, ['correlation', index])] : [])),
    ...(open
      ? []
      : [
          problem('policy-incomplete', ['correlation'], {
            message: 'the last correlation rule must fit every finding',
            remedy: 'End with a rule without formats, sources and when.',
          }),
        ]),
  ];
}

const fitsAll = ({ formats, sources, when }: Row): boolean =>
  formats === undefined && sources === undefined && when === undefined;

const shadowing = (id: string, path: SourcePath): Problem =>
  problem('policy-conflict', path, {
    message: `${id} fits every finding, so that no rule after it is reached`,
    remedy: 'Move it to the end, or say which formats or sources it is for.',
  });

function checkRow(row: Row, path: SourcePath): readonly Problem[] {
  const names = row.entity.parts.map((part) => part.name);
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
  return [
    ...(row.when === undefined ? [] : checkCel(row.when, [...path, 'when'], [])),
    ...row.rule.flatMap((from, index) => checkValue(from, [...path, 'rule', index])),
    ...row.entity.parts.flatMap((part, index) =>
      checkValue(part.from, [...path, 'entity', 'parts', index, 'from']),
    ),
    ...checkTimes(row, path),
    ...(twice < 0
      ? []
      : [
          problem(
            'name-duplicate',
            [...path, 'entity', 'parts', twice, 'name'],
            `there are two parts named ${names[twice] ?? ''}`,
          ),
        ]),
  ];
}

function checkTimes({ join, reopen }: Row, path: SourcePath): readonly Problem[] {
  const found: Problem[] = [];
  const long = windowDaysMax * dayMs;
  if (join !== undefined && (msOf(join.max) > long || msOf(join.idle) > msOf(join.max)))
    found.push(
      problem('field-invalid', [...path, 'join'], {
        message: `an incident takes alerts for ${windowDaysMax} days at most, and no pause is longer than the whole`,
        remedy:
          'Correct `idle` or `max`, or leave `join` out: then it takes them until it is closed.',
      }),
    );
  if (reopen !== undefined && msOf(reopen) > long)
    found.push(
      problem('field-invalid', [...path, 'reopen'], {
        message: `an incident is opened again within ${windowDaysMax} days at most`,
        remedy: 'Shorten `reopen`.',
      }),
    );
  return found;
}

function checkValue(from: string, path: SourcePath): readonly Problem[] {
  if (!from.startsWith('$')) return checkCel(from, path, unstableFields);
  const wrong = checkPath(from);
  if (wrong !== null) return [problem('path-invalid', path, wrong)];
  const [root, field] = leadingNames(from);
  if (root === 'finding' && field !== undefined) return checkStable(field, path, unstableFields);
  if (root === 'entity' && field !== undefined && Object.hasOwn(entityFields, field)) return [];
  return [
    problem('reference-unknown', path, {
      message: `${from} names nothing that a correlation rule may read`,
      remedy: `Write $.finding.… or $.entity. with one of ${Object.keys(entityFields).join(', ')}.`,
    }),
  ];
}

function checkCel(source: string, path: SourcePath, barred: readonly string[]): readonly Problem[] {
  const wrong = checkExpression(source);
  if (wrong !== null) return [problem('expression-invalid', path, wrong)];
  return readsOf(source).flatMap(([root = '', field]) => {
    if (root === 'finding') return checkStable(field ?? 'id', path, barred);
    return [
      problem('reference-unknown', path, {
        message: `a correlation rule reads finding, not ${root}`,
        remedy: 'Read finding; what `entity` holds is for paths.',
      }),
    ];
  });
}

function checkStable(
  field: string,
  path: SourcePath,
  barred: readonly string[],
): readonly Problem[] {
  if (!barred.includes(field)) return [];
  return [
    problem('field-invalid', path, {
      message: `finding.${field} differs from one alert of a problem to the next`,
      remedy: 'Name what stays: the rule that fired, and what it fired on.',
    }),
  ];
}
