/** Light or dark: as the system says, until the reader chooses. */
import { useEffect } from 'preact/hooks';
import { Store, useStore } from './store.js';

type Theme = 'light' | 'dark';

const key = 'escapement-theme';
const prefersDark = window.matchMedia('(prefers-color-scheme: dark)');
const chosen = new Store<Theme | null>(chosenBefore());
const system = new Store<Theme>(prefersDark.matches ? 'dark' : 'light');
prefersDark.addEventListener('change', ({ matches }) => system.set(matches ? 'dark' : 'light'));

function chosenBefore(): Theme | null {
  const value = localStorage.getItem(key);
  return value === 'light' || value === 'dark' ? value : null;
}

export function useTheme(): Theme {
  const [choice, ofSystem] = [useStore(chosen), useStore(system)];
  const theme = choice ?? ofSystem;
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  return theme;
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(key, theme);
  chosen.set(theme);
}
