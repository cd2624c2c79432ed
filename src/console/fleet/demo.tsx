/** For the first run, where nothing is configured: what is shown here, what to try, and how to go on. */
import { Link, resourcePlace } from '../router.js';

export function Demo() {
  return (
    <section class="first-run" aria-labelledby="first-run">
      <h2 id="first-run">This is a demo</h2>
      <p>
        Nothing is configured, so both resources are simulated, and nothing real is scaled. Kill the process at any time
        and start it again: every run goes on, and no change is sent twice.
      </p>
      <ol>
        <li>
          Open <Link to={resourcePlace('worker')}>worker</Link> and scale it to 6: one unit at a time, with a cooldown
          after each. Change the target on the way.
        </li>
        <li>
          Open <Link to={resourcePlace('shop')}>shop</Link>, which follows the number of its visitors, and read why it
          has its capacity. Pause it, override it, or try another policy.
        </li>
        <li>
          For your own, write an <code>escapement.yaml</code>, check it with <code>npx escapement validate</code>, and
          start again:
          <pre tabIndex={0} aria-label="Example of a configuration">
            {example}
          </pre>
        </li>
      </ol>
    </section>
  );
}

const example = `version: 1
resources:
  worker:
    platform: omnistrate
    min: 1
    max: 6`;
