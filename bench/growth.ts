import { rounded } from './figures.ts';
import { measureTickets, type Job } from './tickets.ts';

const parts = 10;

/** The same load ten times in a row on one engine: what the first tenth cost, and the last, and what it all takes on disk. */
export async function measureGrowth(
  job: Job,
  load: { readonly alerts: number; readonly perSecond: number },
): Promise<object> {
  const each = Math.floor(load.alerts / parts);
  const bytesBefore = await job.engine.bytesOnDisk();
  const tenths: object[] = [];
  for (let part = 0; part < parts; part += 1) {
    const pace = { perSecond: load.perSecond, seconds: Math.ceil(each / load.perSecond) };
    tenths.push(await measureTickets(job, pace, part * pace.perSecond * pace.seconds));
    process.stderr.write(`${JSON.stringify(tenths.at(-1))}\n`);
    await job.sink.reset();
  }
  const alerts = parts * Math.ceil(each / load.perSecond) * load.perSecond;
  const bytes = (await job.engine.bytesOnDisk()) - bytesBefore;
  return {
    alerts,
    first: tenths[0],
    last: tenths.at(-1),
    kilobytesOnDiskPerAlert: rounded(bytes / alerts / 1024),
  };
}
