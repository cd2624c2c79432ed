import { readFileSync } from 'node:fs';
import { errorLines, read } from './written.js';

const page = readFileSync('docs/coming-from.md', 'utf8');
const sections = page.split(/^## /m).filter((section) => section.includes('```yaml'));

describe('the examples in docs/coming-from.md and README.md', () => {
  it.each(sections.map((section) => [section.split('\n')[0], section]))(
    '%s: the example is valid',
    async (_, section) => {
      const [, example = ''] = /```yaml\n(.*?)```/s.exec(section) ?? [];
      expect(await errorLines(example, { RABBITMQ_URL: 'amqp://localhost' })).toEqual([]);
    },
  );

  it('README.md: the example is valid, without warnings', async () => {
    const [, example = ''] = /```yaml\n(.*?)```/s.exec(readFileSync('README.md', 'utf8')) ?? [];
    const { warnings } = await read(example);
    expect(warnings).toEqual([]);
  });

  it('docs/coming-from.md: the examples are found', () => {
    expect(sections.length).toBeGreaterThanOrEqual(7);
  });
});
