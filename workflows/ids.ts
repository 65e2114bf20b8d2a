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
