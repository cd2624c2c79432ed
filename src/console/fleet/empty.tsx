/** When no resource matches: why, and how to see all again. A configuration always has at least one. */
import { setQuery } from '../router.js';

export function Empty({ q }: { readonly q: string }) {
  return (
    <div class="empty">
      <h2>No resource matches</h2>
      <p>
        Nothing matches <code>{q}</code>. Terms are a part of a name, <code>phase:changing</code>,{' '}
        <code>platform:ecs</code> and <code>needs:you</code>.
      </p>
      <button type="button" onClick={() => setQuery({ q: null })}>
        Show all resources
      </button>
    </div>
  );
}
