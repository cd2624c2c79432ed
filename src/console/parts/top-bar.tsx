/** On every page: the way home, whether the page is live, and the zone of its times. */
import { connection, retryAtOnce } from '../api/connection.js';
import { clockTime, countdown, useNow, zone } from '../clock.js';
import { Link, root } from '../router.js';
import { useStore } from '../store.js';
import { chooseTheme, useTheme } from '../theme.js';
import { Icon } from './icon.js';

export function TopBar() {
  const theme = useTheme();
  return (
    <header class="top">
      <Link to="" class="brand">
        <Mark /> Escapement
      </Link>
      <Live />
      <span class="zone quiet" title="The zone of all times on this page">
        {zone()}
      </span>
      <a class="quiet-link" href={new URL('docs', root).href}>
        API
      </a>
      <button
        type="button"
        class="icon-button"
        aria-label={theme === 'dark' ? 'Use light colours' : 'Use dark colours'}
        onClick={() => chooseTheme(theme === 'dark' ? 'light' : 'dark')}
      >
        <Icon shape="theme" />
      </button>
    </header>
  );
}

/** Steps that go up. */
function Mark() {
  return (
    <svg class="mark" viewBox="0 0 16 16" width="18" height="18" aria-hidden="true">
      <path d="M1 13.500h4.500V9H10V4.500h4.500V1" fill="none" stroke="currentColor" stroke-width="2.200" />
    </svg>
  );
}

function Live() {
  const state = useStore(connection);
  return (
    <span class={`live ${state.state}`} role="status">
      {state.state === 'connecting' && 'connecting'}
      {state.state === 'live' && 'live'}
      {state.state === 'down' && `not live since ${clockTime(state.sinceMs)}`}
    </span>
  );
}

/** Below the bar while the page is not live: since when, why, and when the next attempt is made. */
export function NotLive() {
  const state = useStore(connection);
  const now = useNow();
  if (state.state !== 'down' || state.problem.status === 401) return null;
  const { sinceMs, retryAtMs, problem } = state;
  return (
    <div class="notice needy not-live">
      <Icon shape="attention" />
      <p>
        <strong>Not live since {clockTime(sinceMs)}.</strong> {problem.detail}{' '}
        {retryAtMs !== null && (
          <span aria-hidden="true">
            {retryAtMs > now ? `Next attempt in ${countdown(retryAtMs - now)}.` : 'Connecting.'}
          </span>
        )}
      </p>
      {retryAtMs !== null && (
        <button type="button" onClick={retryAtOnce}>
          Retry now
        </button>
      )}
    </div>
  );
}
