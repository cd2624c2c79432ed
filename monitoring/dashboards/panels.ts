/** The kinds of panels that the dashboards have, with the same look everywhere. */
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  LineInterpolation,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  MappingType,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StatePanel } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as GraphPanel } from '@grafana/grafana-foundation-sdk/timeseries';

/** The data source that the person has selected. */
export const datasource = { type: 'prometheus', uid: '${datasource}' };

/** The text and the color that are shown in the place of a number. */
export type Words = Readonly<Record<string, readonly [text: string, color: string]>>;

export interface Query {
  readonly expr: string;
  /** Name of the series. Labels are written as `{{label}}`. */
  readonly legend: string;
}

export interface PanelText {
  readonly title: string;
  readonly description?: string;
  /** A unit of Grafana. Default: a plain number. */
  readonly unit?: string;
  /** Columns of 24. Default: 12. */
  readonly width?: number;
  /** Rows of the grid. Default: 8. */
  readonly height?: number;
}

/** One number: the newest. */
export function numberPanel({
  query,
  badFrom,
  words,
  ...text
}: PanelText & {
  readonly query: string;
  /** The number is red from this value on. */
  readonly badFrom?: number;
  /** What is shown in the place of a number. */
  readonly words?: Words;
}): StatPanel {
  const steps: Threshold[] = [
    { value: null, color: 'text' },
    ...(badFrom === undefined ? [] : [{ value: badFrom, color: 'red' }]),
  ];
  const panel = new StatPanel()
    .withTarget(new DataqueryBuilder().refId('A').expr(query).instant())
    .noValue('-')
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.Value)
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps))
    .mappings(words ? [mapping(words)] : []);
  return titled(panel, { width: 3, height: 4, ...text });
}

/** The newest value of a label, such as the phase. */
export function wordPanel({ expr, legend, ...text }: PanelText & Query): StatPanel {
  const panel = new StatPanel()
    .withTarget(new DataqueryBuilder().refId('A').expr(expr).instant().legendFormat(legend))
    .noValue('none')
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.None)
    .textMode(BigValueTextMode.Name);
  return titled(panel, { width: 3, height: 4, ...text });
}

/** Values over time. Capacity changes in steps, so the lines do too. */
export function linePanel({ queries, ...text }: PanelText & { readonly queries: readonly Query[] }): GraphPanel {
  const panel = graph(queries)
    .drawStyle(GraphDrawStyle.Line)
    .lineInterpolation(LineInterpolation.StepAfter)
    .lineWidth(2)
    .fillOpacity(0)
    .showPoints(VisibilityMode.Never);
  return titled(panel, text);
}

/** What happened in each interval, stacked. `$__interval` in a query is at least a minute. */
export function barPanel({ queries, ...text }: PanelText & { readonly queries: readonly Query[] }): GraphPanel {
  const panel = graph(queries)
    .interval('1m')
    .drawStyle(GraphDrawStyle.Bars)
    .lineWidth(0)
    .fillOpacity(80)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal));
  return titled(panel, text);
}

/** When each state was in force. */
export function statePanel({
  queries,
  words,
  ...text
}: PanelText & {
  readonly queries: readonly Query[];
  readonly words: Words;
}): StatePanel {
  const panel = new StatePanel()
    .targets(queries.map(target))
    .mappings([mapping(words)])
    .showValue(VisibilityMode.Never)
    .mergeValues(true)
    .legend(new VizLegendOptionsBuilder().showLegend(false));
  return titled(panel, text);
}

/** One row of a table for each series, at the end of the time range. */
export function tableQuery(refId: string, expr: string): Builder<Dataquery> {
  return new DataqueryBuilder().refId(refId).expr(expr).instant().format(PromQueryFormat.Table);
}

interface Titled {
  title(text: string): this;
  description(text: string): this;
  unit(unit: string): this;
  span(columns: number): this;
  height(rows: number): this;
  datasource(source: typeof datasource): this;
}

export function titled<Panel extends Titled>(panel: Panel, text: PanelText): Panel {
  const { title, description, unit = 'short', width = 12, height = 8 } = text;
  if (description !== undefined) panel.description(description);
  return panel.title(title).unit(unit).span(width).height(height).datasource(datasource);
}

function graph(queries: readonly Query[]): GraphPanel {
  return new GraphPanel()
    .targets(queries.map(target))
    .axisSoftMin(0)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
}

function target({ expr, legend }: Query, index: number): Builder<Dataquery> {
  return new DataqueryBuilder().refId('ABCDEFGHIJ'.charAt(index)).expr(expr).range().legendFormat(legend);
}

function mapping(words: Words): ValueMapping {
  const options = Object.entries(words).map(
    ([value, [text, color]], index) => [value, { text, color, index }] as const,
  );
  return { type: MappingType.ValueToText, options: Object.fromEntries(options) };
}
