/** What a test has opened is closed after it, however it ends; the last first. */
import { afterEach } from '@jest/globals';

const closings: (() => Promise<unknown>)[] = [];

export function afterwards(close: () => Promise<unknown>): void {
  closings.push(close);
}

afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close();
});
