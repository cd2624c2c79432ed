/** Fails a run whose results are not those that the committed conformance pages show. */
import { tsImport } from 'tsx/esm/api';

const { compareWithPages } = await tsImport('../../scripts/conformance/compare.ts', import.meta.url);

export default class ConformanceReporter {
  #differences = [];

  async onRunComplete(_contexts, { testResults }) {
    this.#differences = await compareWithPages(testResults);
    for (const difference of this.#differences) console.error(`\n${difference}`);
  }

  /** Jest asks for it, and ends with a failure where there is one. */
  getLastError() {
    if (this.#differences.length > 0) return new Error(this.#differences.join('\n'));
  }
}
