import type { StormRates } from '../intake/storm-gauge.ts';
import type { BucketRate } from '../intake/token-bucket.ts';
import type { Config } from '../platform/config.ts';

const secondsPerMinute = 60;

interface PerMinute {
  readonly perMinute: number;
  readonly burst: number;
}

const perSecond = ({ perMinute, burst }: PerMinute): BucketRate => ({
  perSecond: perMinute / secondsPerMinute,
  burst,
});

export function stormRates({ limits, sources }: Pick<Config, 'limits' | 'sources'>): StormRates {
  const { perMinute, burst, sources: times } = limits.storm;
  return {
    problems: perSecond(limits.storm),
    allProblems: perSecond({ perMinute: perMinute * times, burst: burst * times }),
    bySource: Object.fromEntries(
      Object.entries(sources).map(([name, { storm, rate }]) => [
        name,
        {
          ...(storm === undefined ? {} : { problems: perSecond(storm) }),
          ...(rate === undefined ? {} : { deliveries: rate }),
        },
      ]),
    ),
  };
}
