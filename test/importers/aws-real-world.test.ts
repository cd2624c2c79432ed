/** The shapes of scaling policies in public repositories, with other names and numbers, and the outcome of each. */
import { alarmOf, outputs, stepsOf, targetOf } from './aws-described.js';
import { alias, ofCpu, shapes } from './aws-shapes.js';
import { importedAs, refusal } from './importing.js';

const kind = 'aws-application-autoscaling';
it.each(shapes.map((shape) => [shape.shape, shape] as const))(
  '%s',
  async (_, { text, min, max, signals, lost = [] }) => {
    const { config, report } = await importedAs(kind, text);
    const [resource] = Object.values(config.resources);
    expect(resource?.settings).toMatchObject({ min, max });
    expect(resource?.autoscale?.settings.signals ?? []).toEqual(signals);
    expect(report.unsupported.map(({ what }) => what)).toEqual(lost);
  },
);

describe('a mistake in a public file', () => {
  it('a scale-in step above the threshold of a high alarm is carried over as it stands', async () => {
    const text = outputs({
      policies: [
        stepsOf('down', [[0, null, -1]], { AdjustmentType: 'PercentChangeInCapacity', MinAdjustmentMagnitude: 1 }),
      ],
      alarms: [alarmOf('down', 'above', { ...ofCpu, Threshold: 80 })],
    });
    const { configuration } = await importedAs(kind, text);
    expect(JSON.stringify(configuration)).toContain('{"atOrAbove":80,"remove":"1%","atLeast":1}');
  });

  it('a function without an alias is refused, with the form of a resource', async () => {
    const text = outputs({ targets: [{ ...targetOf(), ...alias, ResourceId: 'function:quotes' }] });
    expect(await refusal(text, kind)).toContain('ResourceId is not function:<name>:<alias or version>');
  });

  it('a step that is only below the threshold never runs on a high alarm, and the report says so', async () => {
    const text = outputs({ policies: [stepsOf('up', [[null, 0, 1]])], alarms: [alarmOf('up', 'above')] });
    const { report } = await importedAs(kind, text);
    expect(report.warnings.map(({ message }) => message)).toEqual(
      expect.arrayContaining([
        'is left out: its alarm up-alarm acts only above the threshold',
        'is left out: none of its steps changes the capacity',
      ]),
    );
  });
});
