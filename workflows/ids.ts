/** One tenant's ids; both are below Temporal's bound of 255 characters on SQL. */
export const triageId = (batchId: string): string => `triage/${batchId}`;
export const respondId = (runKey: string): string => `respond/${runKey}`;

export const taskQueues = {
  workflow: 'sallyport-workflow',
  lookup: 'sallyport-lookup',
  ticket: 'sallyport-ticket',
  notify: 'sallyport-notify',
  act: 'sallyport-act',
  record: 'sallyport-record',
} as const;

/** A worker that dies with a workflow's task in its hands holds it up for so long; the default is 10 s. */
export const workflowTaskTimeout = '5s';
