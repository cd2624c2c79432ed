import { readFileSync } from 'node:fs';
import { complaints, read } from './written.js';

const page = readFileSync('docs/coming-from.md', 'utf8');
const sections = page.split(/^## /m).filter((section) => section.includes('```yaml'));

describe('the examples for those who come from another autoscaler', () => {
  it.each(sections.map((section) => [section.split('\n')[0], section]))('%s: is right', async (_, section) => {
    const [, example = ''] = /```yaml\n(.*?)```/s.exec(section) ?? [];
    expect(await complaints(example, { RABBITMQ_URL: 'amqp://localhost' })).toEqual([]);
  });

  it('on the first page is right, and nothing of it is odd', async () => {
    const [, example = ''] = /```yaml\n(.*?)```/s.exec(readFileSync('README.md', 'utf8')) ?? [];
    const { warnings } = await read(example);
    expect(warnings).toEqual([]);
  });

  it('are five', () => {
    expect(sections).toHaveLength(5);
  });
});
