/** The shapes of HPAs in public repositories, with other names and numbers, and the outcome of each. */
import { hpaOf, imported, refusal } from './importing.js';
import { complete, cpu } from './hpa-shapes.js';

describe('an HPA as public repositories have it', () => {
  it.each(complete)('%s: complete', async (_, text, signals) => {
    const { config, report } = await imported(text);
    expect(config.resources['web']?.autoscale?.settings.signals).toEqual(signals);
    expect(report.unsupported).toEqual([]);
  });

  it('metrics that are indented outside of spec: the default applies, as in the cluster, and the report names them', async () => {
    const { report, yaml } = await imported(hpaOf({}, {}, { metrics: [cpu(70)] }));
    expect(yaml).toContain('target: 80 }');
    expect(report.unsupported.map(({ path }) => path)).toContain(
      'HorizontalPodAutoscaler shop/web metrics[0].resource.name',
    );
  });

  it('annotations of v1 in v2: no effect, as in the cluster, and the report names them', async () => {
    const name = 'autoscaling.alpha.kubernetes.io/metrics';
    const { report } = await imported(
      hpaOf({ metrics: [cpu(70)] }, { annotations: { [name]: '[{"type":"Resource"}]' } }),
    );
    expect(report.unsupported).toEqual([]);
    expect(report.warnings.map(({ path }) => path)).toContain(
      `HorizontalPodAutoscaler shop/web metadata.annotations["${name}"]`,
    );
  });

  it.each([
    [
      'Name instead of name',
      hpaOf({ scaleTargetRef: { kind: 'Deployment', Name: 'web' } }),
      'scaleTargetRef.name is missing',
    ],
    ['placeholders of sed', hpaOf({ minReplicas: '__MIN__' }), 'spec.minReplicas is not a whole number'],
    ['placeholders of a shell', hpaOf({}, { name: '${app_name}-hpa' }), 'Fill in its value first'],
    ['a template of a chart', `minReplicas: {{ .Spec.Replicas }}\n${hpaOf()}`, 'helm template'],
  ])('%s: refused, with what to do', async (_, text, words) => {
    expect(await refusal(text)).toContain(words);
  });
});
