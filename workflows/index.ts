export { respond } from './respond.ts';
export { triage } from './triage.ts';
