/** cpu and memory: the HPA measures them itself, and KEDA takes them for always active. */
import { quantityOf } from '../../hpa/quantity.js';
import { ImportError } from '../../importer.js';
import { settings, type Measured, type NotMeasured, type Trigger } from './trigger.js';

export function resource({ type, parameters, metricType, workload }: Trigger): Measured | NotMeasured {
  const measure = metricType === '' ? (parameters.text('type') ?? '') : metricType;
  if (metricType !== '') parameters.ignore({ type: 'has no effect beside metricType' });
  const noEffect = 'is left out: KEDA does not use it for CPU and memory either';
  parameters.ignore({ activationThreshold: noEffect, activationValue: noEffect });
  const container = parameters.text('containerName');
  const signal = settings({
    type: 'kubernetes-resource',
    ...workload,
    resource: type,
    ...(measure === 'AverageValue' && { measure: 'average' }),
    container,
  });
  const value = parameters.metadata.at('value');
  if (!value.isPresent) throw value.invalid('is missing');
  switch (measure) {
    case 'Utilization':
      return { ...common(type, container), signal, target: positive(parameters.number('value') ?? 0, value.place) };
    case 'AverageValue':
      return { ...common(type, container), signal, target: positive(quantityOf(value).value, value.place) };
    default:
      throw new ImportError(`${parameters.metadata.place} has no metricType. Write Utilization or AverageValue.`);
  }
}

function common(type: string, container: string | undefined) {
  return { name: container === undefined ? type : `${container}_${type}`, activation: 0 };
}

function positive(value: number, place: string): number {
  if (value > 0) return value;
  throw new ImportError(`${place} must be above 0.`);
}
