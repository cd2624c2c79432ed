/** The console: draws the page that the address names. */
import { render } from 'preact';
import { FleetPage } from './fleet/page.js';
import { TokenForm } from './parts/token-form.js';
import { TopBar } from './parts/top-bar.js';
import { ResourcePage } from './resource/page.js';
import { address } from './router.js';
import { useStore } from './store.js';
import { useTheme } from './theme.js';
import { TryPage } from './try/page.js';

function App() {
  const { place } = useStore(address);
  useTheme();
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <TopBar />
      <main id="main" tabIndex={-1}>
        <TokenForm />
        {place.page === 'fleet' && <FleetPage />}
        {place.page === 'resource' && <ResourcePage key={place.resource} resource={place.resource} />}
        {place.page === 'try' && <TryPage key={place.resource} resource={place.resource} />}
      </main>
    </>
  );
}

const container = document.getElementById('console');
if (container) {
  container.replaceChildren();
  render(<App />, container);
}
