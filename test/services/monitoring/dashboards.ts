/** The queries of the committed dashboards, as Grafana sends them. */
import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';

const targets = z.array(z.object({ expr: z.string() }));
const dashboardSchema = z.object({
  title: z.string(),
  panels: z.array(z.object({ title: z.string(), type: z.string(), targets: targets.optional() })),
  annotations: z.object({ list: z.array(z.object({ name: z.string(), expr: z.string() })).default([]) }).prefault({}),
});

export interface PanelQuery {
  /** Dashboard, panel and number of the query. */
  readonly place: string;
  readonly expr: string;
}

const folder = 'monitoring/grafana/dashboards';

export function panelQueries(): PanelQuery[] {
  return readdirSync(folder).flatMap((file) => {
    const { title, panels, annotations } = dashboardSchema.parse(JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')));
    return [
      ...panels.flatMap((panel) =>
        (panel.targets ?? []).map(({ expr }, index) => ({ place: `${title} / ${panel.title} / ${index + 1}`, expr })),
      ),
      ...annotations.list.map(({ name, expr }) => ({ place: `${title} / annotation ${name}`, expr })),
    ];
  });
}

/** The panels without a query, which are a mistake, except for the titles of rows. */
export function panelsWithoutQueries(): string[] {
  return readdirSync(folder).flatMap((file) => {
    const { title, panels } = dashboardSchema.parse(JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')));
    return panels
      .filter(({ type, targets: of = [] }) => type !== 'row' && of.length === 0)
      .map((panel) => `${title} / ${panel.title}`);
  });
}

/** With the variables that Grafana would replace. An interval is a few scrapes long. */
export function substituted(expr: string, resource: string): string {
  return expr.replaceAll('$__rate_interval', '10s').replaceAll('$__interval', '10s').replaceAll('$resource', resource);
}

/** The metrics and the recorded series that an expression names. */
export function namesIn(expr: string): string[] {
  return (
    expr
      .match(/\b(?:escapement|process|nodejs|temporal|resource|ALERTS)[\w:]*(?=[{[)\s]|$)/g)
      ?.filter((name) => /[_:]|ALERTS/.test(name)) ?? []
  );
}
