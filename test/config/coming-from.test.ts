import { readFileSync } from 'node:fs';
import { complaints } from './written.js';

const page = readFileSync('docs/coming-from.md', 'utf8');
const sections = page.split(/^## /m).filter((section) => section.includes('```yaml'));

describe('the examples for those who come from another autoscaler', () => {
  it.each(sections.map((section) => [section.split('\n')[0], section]))('%s: is right', async (_, section) => {
    const [, example = ''] = /```yaml\n(.*?)```/s.exec(section) ?? [];
    expect(await complaints(example, { RABBITMQ_URL: 'amqp://localhost' })).toEqual([]);
  });

  it('are five', () => {
    expect(sections).toHaveLength(5);
  });
});
