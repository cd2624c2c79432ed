/** The reading order. A page is named by its path; its title is its first heading, or what stands beside it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DefaultTheme } from 'vitepress';
import { docs } from './links.js';

type Entry = string | readonly [path: string, text: string];

export const sidebar: DefaultTheme.SidebarItem[] = [
  group('Begin', 'README.md', 'start.md', 'concepts.md'),
  group(
    'Tutorials',
    ['tutorials/own-pool.md', 'A pool of your own'],
    ['tutorials/omnistrate.md', 'Omnistrate'],
    ['tutorials/ecs-sqs.md', 'ECS and SQS'],
    ['tutorials/kubernetes-rabbitmq.md', 'Kubernetes and RabbitMQ'],
  ),
  group(
    'Guides',
    'console.md',
    'plans.md',
    'library.md',
    'coming-from.md',
    'events.md',
    'monitoring.md',
    'tracing.md',
    'adding-a-platform.md',
    'adding-a-source.md',
    'adding-a-policy.md',
  ),
  folder('Recipes', 'recipes'),
  group('Reference', 'configuration.md', 'cli.md', 'api.md', 'problems.md', 'metrics.md'),
  folder('Types of the library', 'library'),
  folder('Platforms', 'platforms'),
  folder('Sources', 'sources'),
  group('Operations', 'operations.md', 'troubleshooting.md', 'guarantees.md', 'faq.md'),
  group('Background', 'comparison.md', 'architecture.md', 'benchmarks.md'),
  folder('Decisions', 'decisions'),
];

function group(text: string, ...entries: Entry[]): DefaultTheme.SidebarItem {
  return { text, items: entries.map(page) };
}

/** All pages of a folder, its README first. */
function folder(text: string, name: string): DefaultTheme.SidebarItem {
  const pages = readdirSync(join(docs, name)).filter((file) => file.endsWith('.md'));
  return { text, collapsed: true, items: pages.sort().map((file) => page(`${name}/${file}`)) };
}

function page(entry: Entry): DefaultTheme.SidebarItem {
  const [path, text] = typeof entry === 'string' ? [entry, titleOf(entry)] : entry;
  return { text, link: `/${path.replace(/README\.md$/, '').replace(/\.md$/, '')}` };
}

function titleOf(path: string): string {
  const [, title = path] = /^# (.+)$/m.exec(readFileSync(join(docs, path), 'utf8')) ?? [];
  return title.replaceAll('`', '');
}
