import { expect, it } from 'vitest';
import { renderCli } from '../../docs/generate-cli.ts';
import { renderRedaction } from '../../docs/generate-redaction.ts';
import { renderStates } from '../../docs/generate-states.ts';
import { textOf } from '../support/repository.ts';

it('the page of states says what the tables say (node docs/generate-states.ts)', () => {
  expect(textOf('docs/reference/states.md')).toBe(renderStates());
});

it('the page of commands says what their usage texts say (node docs/generate-cli.ts)', async () => {
  expect(textOf('docs/reference/cli.md')).toBe(await renderCli());
});

it('the page of redaction says what rules and profiles say (node docs/generate-redaction.ts)', () => {
  expect(textOf('docs/reference/redaction.md')).toBe(renderRedaction());
});
