import { afterAll, beforeAll, beforeEach } from 'vitest';
import { testIntake, type TestIntake, type TestIntakeOptions } from './intake.ts';
import { startTestPostgres, type TestPostgres } from './postgres.ts';

/** What the tests of one file share: a database that is empty before each of them, and the way in over it. */
export interface IntakeDatabase {
  readonly postgres: TestPostgres;
  readonly intake: TestIntake;
  /** Another way in, until the test ends. */
  replaceIntake(options: TestIntakeOptions): void;
}

/** Registers the hooks of the file that calls it; what it gives can be read once a test runs. */
export function useIntakeDatabase(options: TestIntakeOptions = {}): IntakeDatabase {
  const made: { postgres?: TestPostgres; intake?: TestIntake } = {};
  beforeAll(async () => {
    made.postgres = await startTestPostgres();
  }, 60_000);
  afterAll(() => made.postgres?.stop());
  beforeEach(async () => {
    const { postgres } = shared;
    await postgres.db.query(
      'truncate storms, receipts, rejects, incidents, findings, audit_entries, vault cascade',
    );
    made.intake = testIntake(postgres.db, options);
  });
  const shared: IntakeDatabase = {
    get postgres() {
      return there(made.postgres);
    },
    get intake() {
      return there(made.intake);
    },
    replaceIntake: (instead) => {
      made.intake = testIntake(shared.postgres.db, instead);
    },
  };
  return shared;
}

function there<Made>(made: Made | undefined): Made {
  if (made === undefined) throw new Error('this is made before the tests run');
  return made;
}
