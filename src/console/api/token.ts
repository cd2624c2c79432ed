/** The token of the API: kept in this tab until it is closed, and sent with every request. */
import { Store } from '../store.js';

const key = 'escapement-token';

/** True after a response that requires a token. */
export const isTokenWanted = new Store(false);

export function tokenHeaders(): Record<string, string> {
  const token = sessionStorage.getItem(key);
  return token === null ? {} : { Authorization: `Bearer ${token}` };
}

export function hasToken(): boolean {
  return sessionStorage.getItem(key) !== null;
}

export function setToken(token: string): void {
  sessionStorage.setItem(key, token);
  isTokenWanted.set(false);
}
