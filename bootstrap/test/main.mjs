/** `npm test`: every stage in turn, whatever failed before; a table; and the sum as the last line. */
import { add, lastLine, nothing } from './tally.mjs';
import { runStage } from './run-stage.mjs';
import { chosenStages } from './stages.mjs';

const results = [];
const chosen = chosenStages(process.argv.slice(2));
for (const [at, stage] of chosen.entries()) {
  process.stdout.write(
    `\n=== ${at + 1}/${chosen.length} ${stage.name}${stage.what === '' ? '' : `: ${stage.what}`}\n`,
  );
  results.push(await runStage(stage));
}

const sum = results.map((result) => result.tally).reduce(add, nothing);
process.stdout.write(`\n${table(results)}\n\n${lastLine(sum)}\n`);
process.exitCode = sum.failed === 0 ? 0 : 1;

function table(rows) {
  const line = (cells) =>
    `${cells[0].padEnd(12)}${cells
      .slice(1)
      .map((cell) => cell.padStart(9))
      .join('')}`;
  const body = rows.map(({ name, tally, seconds }) =>
    line([
      name,
      ...[tally.passed, tally.failed, tally.skipped].map(String),
      `${seconds.toFixed(1)} s`,
    ]),
  );
  return [line(['stage', 'passed', 'failed', 'skipped', 'time']), ...body].join('\n');
}
