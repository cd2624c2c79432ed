/** What all dashboards share: the selection of the data source, the time range, and links between them. */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  type Panel,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';

export const resourceUid = 'escapement-resource';

export function baseDashboard({ title, uid }: { readonly title: string; readonly uid: string }): DashboardBuilder {
  return new DashboardBuilder(title)
    .uid(uid)
    .description(
      'Generated from monitoring/dashboards by `npm run docs`. Changes in Grafana are lost at the next start.',
    )
    .tags(['escapement'])
    .time({ from: 'now-3h', to: 'now' })
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .link(
      new DashboardLinkBuilder('Escapement')
        .type(DashboardLinkType.Dashboards)
        .tags(['escapement'])
        .asDropdown(true)
        .keepTime(true),
    )
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'));
}

/** Gives each panel an id, which its link contains. */
export function finish(made: DashboardBuilder): Dashboard {
  const dashboard = made.build();
  const panels = (dashboard.panels ?? []).map((panel, index) => ({ ...panel, id: index + 1 }));
  return { ...dashboard, panels };
}

export function addRow(made: DashboardBuilder, title: string, panels: readonly Builder<Panel>[]): void {
  made.withRow(new RowBuilder(title));
  for (const panel of panels) made.withPanel(panel);
}
