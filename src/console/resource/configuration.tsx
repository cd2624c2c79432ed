/** The configuration in force, where it came from, and the last one that differed from it. */
import type { AutoscaleAnswer, ResourceRow } from '../api/answers.js';
import { fullTime } from '../clock.js';

export function ConfigurationInForce({ answer, row }: { readonly answer: AutoscaleAnswer; readonly row: ResourceRow }) {
  const { configuration, stats } = answer;
  return (
    <section aria-labelledby="configuration">
      <h2 id="configuration">Configuration in force</h2>
      <dl class="facts">
        <Fact name="Bounds" value={`${row.bounds.min} to ${row.bounds.max ?? 'no maximum'}`} />
        <Fact name="Platform" value={row.platform} />
        {configuration ? (
          <>
            <Fact name="From" value={`${configuration.file} on ${configuration.host}`} />
            <Fact name="Owner" value={configuration.owner} />
            <Fact name="Written" value={fullTime(Date.parse(configuration.at))} />
            {configuration.insteadOf && (
              <Fact
                name="Instead of"
                value={`${configuration.insteadOf.file} on ${configuration.insteadOf.host}, ${fullTime(Date.parse(configuration.insteadOf.at))}`}
              />
            )}
          </>
        ) : (
          <Fact name="From" value="not known" />
        )}
        <Fact
          name="Since the autoscaler started"
          value={`${stats.totalScaleUps} times out, ${stats.totalScaleDowns} times in, ${stats.totalRefused} refused`}
        />
      </dl>
    </section>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
