/** The settings of `exposition`. */
import { z } from 'zod';
import { combinations } from '../../../domain/autoscale/series.js';
import { report } from '../../../domain/written/issue.js';
import { percentageText } from '../../../domain/written/percentage.js';
import { addressSetting } from '../../net/server-address.js';
import { emptyAsSetting } from '../empty-as.js';
import { httpSettings } from '../http-client.js';

const address = addressSetting(['http', 'https']);

export const expositionSettings = z
  .strictObject({
    url: z
      .union([address, z.array(address).min(1)])
      .describe('Address of the metrics, "http://worker:9100/metrics", or a list with the address of each instance.'),
    discover: z
      .enum(['dns', 'srv'])
      .optional()
      .describe(
        'How the host name in `url` leads to several instances, at each sample. `dns`: each of its addresses is an instance (IPv6 addresses only if it has no IPv4 address). `srv`: each of its SRV records, which also has the port. Default: an address in `url` is one instance.',
      ),
    metric: z
      .string()
      .min(1)
      .describe(
        'Name of the metric as in the response, such as `jobs_waiting`, or `request_seconds_count` of a histogram.',
      ),
    labels: z
      .record(z.string(), z.string())
      .default({})
      .describe(
        'Labels that a series must have, each with its value. An empty value: the series must not have the label.',
      ),
    matching: z
      .record(z.string(), z.string().refine(isPattern, { error: 'is not a regular expression' }))
      .default({})
      .describe('Labels, each with a regular expression that its whole value must match, as `=~` in PromQL.'),
    series: z
      .enum(['one', ...combinations])
      .default('one')
      .describe(
        'How the selected series of all instances become one number. `one`: several series are an error. With `rate`, the increase of each series is measured before the increases are combined.',
      ),
    missing: z
      .enum(['fail', 'ignore', 'scale'])
      .default('fail')
      .describe(
        'What happens if some instances cannot be read. `fail`: the sample fails, which blocks scaling in. `ignore`: the others count, so a sum is too small. `scale`: a sum is multiplied by the number of instances and divided by the number of those that could be read.',
      ),
    atLeast: z
      .union([z.number().int().min(1), percentageText])
      .default(1)
      .describe(
        'With `missing: ignore` or `scale`: how many instances must be readable, as a number or as a percentage of all. With fewer, the sample fails.',
      ),
    emptyAs: emptyAsSetting(
      'no instance has a selected series, the value is NaN, or the name in `discover` has no addresses',
    ),
    ...httpSettings,
  })
  .superRefine((given, issues) => {
    const urls = urlsOf(given);
    if (new Set(urls).size < urls.length) {
      report(issues, { path: ['url'], problem: 'has the same address twice', fix: 'remove one, or it counts twice' });
    }
    if (given.missing === 'scale' && given.series !== 'sum') {
      report(issues, { path: ['missing'], problem: 'scale requires series: sum', fix: 'set missing: ignore' });
    }
    if (given.missing === 'fail' && given.atLeast !== 1) {
      report(issues, {
        path: ['atLeast'],
        problem: 'has no effect with missing: fail',
        fix: 'set missing: ignore or missing: scale, or remove atLeast',
      });
    }
  });

export type ExpositionSettings = z.output<typeof expositionSettings>;

export function urlsOf({ url }: Pick<ExpositionSettings, 'url'>): string[] {
  return [url].flat();
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
